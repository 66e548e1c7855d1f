// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.event.Readers;
import java.util.List;
import java.util.function.Predicate;

/// What a condition means: the plainest way to find whether it holds for an event. Everything faster must
/// agree with it.
///
/// A value that is missing makes its check false, whatever the operator; `not` turns round what is below
/// it, so `not proc.name = sh` holds where there is no name.
public final class PlainEvaluator {
    private PlainEvaluator() {}

    public static <E> boolean holds(Condition condition, E event, Readers<E> readers) {
        return switch (condition) {
            case Condition.And(var terms) -> !anyIs(false, terms, event, readers);
            case Condition.Or(var terms) -> anyIs(true, terms, event, readers);
            case Condition.Not(var term) -> !holds(term, event, readers);
            case Condition.Check check ->
                Values.of(check.subject(), event, readers)
                        .filter(left -> holds(check, left, event, readers))
                        .isPresent();
        };
    }

    private static <E> boolean anyIs(boolean wanted, List<Condition> terms, E event, Readers<E> readers) {
        for (var term : terms) {
            if (holds(term, event, readers) == wanted) {
                return true;
            }
        }
        return false;
    }

    private static <E> boolean holds(Condition.Check check, Values left, E event, Readers<E> readers) {
        if (check.operator() == Operator.EXISTS) {
            return true;
        }
        if (check.operand() instanceof Operand.Of(var subject)) {
            return Values.of(subject, event, readers)
                    .filter(right -> holds(check, left, right))
                    .isPresent();
        }
        return switch (left) {
            case Values.Texts(var values) ->
                enough(check, values, Tests.text(check.subject().type(), check.operator(), check.operand())::test);
            case Values.Numbers(var values) ->
                enough(check, values, Tests.number(check.subject().type(), check.operator(), check.operand())::test);
        };
    }

    private static boolean holds(Condition.Check check, Values left, Values right) {
        return switch (left) {
            case Values.Texts(var values) ->
                enough(
                        check,
                        values,
                        value -> ((Values.Texts) right)
                                .values().stream().anyMatch(other -> Tests.holds(check.operator(), value, other)));
            case Values.Numbers(var values) ->
                enough(
                        check,
                        values,
                        value -> ((Values.Numbers) right)
                                .values().stream()
                                        .anyMatch(other ->
                                                Tests.holds(check.subject().type(), check.operator(), value, other)));
        };
    }

    private static <V> boolean enough(Condition.Check check, List<V> values, Predicate<V> test) {
        return check.every() ? values.stream().allMatch(test) : values.stream().anyMatch(test);
    }
}
