// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import io.gatehouse.schemas.field.Field.Shape;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns terms into tests, for one plan. A term that is used more than once is asked at most once an event.
final class TestBuilder<E> {
    private final Values<E> values;
    private final Estimate estimate;
    private final Slots slots;
    private final int usesOfOthers;
    private final Map<Term, Integer> uses = new HashMap<>();
    private final Map<Term, Test<E>> built = new HashMap<>();

    /// @param asked all terms that will be built, once for each use
    TestBuilder(Values<E> values, Estimate estimate, Slots slots, Collection<Term> asked) {
        this(values, estimate, slots, 0);
        asked.forEach(this::count);
    }

    /// Where nobody knows what else will be built: any term may be used again.
    TestBuilder(Values<E> values, Estimate estimate, Slots slots) {
        this(values, estimate, slots, Integer.MAX_VALUE);
    }

    private TestBuilder(Values<E> values, Estimate estimate, Slots slots, int usesOfOthers) {
        this.values = values;
        this.estimate = estimate;
        this.slots = slots;
        this.usesOfOthers = usesOfOthers;
    }

    private void count(Term term) {
        if (uses.merge(term, 1, Integer::sum) == 1) {
            switch (term) {
                case Fixed _, Leaf _ -> {}
                case Not not -> count(not.term);
                case Term.Several several -> several.terms.forEach(this::count);
            }
        }
    }

    Test<E> of(Term term) {
        var test = built.get(term);
        if (test == null) {
            test = switch (term) {
                case Fixed fixed -> new Test.Fixed<>(fixed == Fixed.TRUE);
                case Leaf leaf -> remembered(leaf, Checks.of(leaf.check, values));
                case Not not -> new Test.Not<>(of(not.term));
                case All all -> remembered(all, new Test.All<>(tests(all.terms, estimate.forAll())));
                case Any any -> remembered(any, new Test.Any<>(tests(any.terms, estimate.forAny())));
            };
            built.put(term, test);
        }
        return test;
    }

    private Test<E> remembered(Term term, Test<E> test) {
        return uses.getOrDefault(term, usesOfOthers) > 1 && !isCheap(term)
                ? new Test.Memo<>(test, slots.nextMemo())
                : test;
    }

    /// To compare a number takes no longer than to remember that one did.
    private static boolean isCheap(Term term) {
        return term instanceof Leaf leaf && isCheap(leaf.check);
    }

    private static boolean isCheap(Check check) {
        return check.subject() instanceof Subject.Read
                && check.subject().shape() == Shape.ONE
                && !check.subject().type().isText();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays have no type parameters
    private Test<E>[] tests(List<Term> terms, Comparator<Term> order) {
        return terms.stream().sorted(order).map(this::of).toArray(Test[]::new);
    }
}
