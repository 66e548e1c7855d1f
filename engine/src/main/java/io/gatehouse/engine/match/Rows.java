// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The rows of one lookup: every answer its question can have, as far as the terms can tell answers apart.
/// Decides terms for each row, when the plan is compiled.
abstract class Rows {
    /// The row of an answer that no term names; few terms say something else about other rows.
    static final int USUAL = 1;

    abstract int count();

    abstract boolean holds(Leaf leaf, int row);

    /// The rows in which a term may say something else than in the usual row.
    abstract IntStream unusual(Term term);

    boolean holds(Term term, int row) {
        return switch (term) {
            case Fixed fixed -> fixed == Fixed.TRUE;
            case Leaf leaf -> holds(leaf, row);
            case Not not -> !holds(not.term, row);
            case All all -> {
                for (var part : all.terms) {
                    if (!holds(part, row)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Any any -> {
                for (var part : any.terms) {
                    if (holds(part, row)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    /// For each row, the rules whose term holds.
    ///
    /// @param others the rules without a term
    final Masks masks(Map<Integer, Term> terms, long[] others) {
        var masks = new long[count()][];
        var usual = others.clone();
        terms.forEach((rule, term) -> set(usual, rule, holds(term, USUAL)));
        for (int row = 0; row < masks.length; row++) {
            masks[row] = usual.clone();
        }
        terms.forEach((rule, term) -> unusual(term).forEach(row -> set(masks[row], rule, holds(term, row))));
        return new Masks(masks);
    }

    private static void set(long[] mask, int rule, boolean value) {
        if (value) {
            mask[rule >> 6] |= 1L << rule;
        } else {
            mask[rule >> 6] &= ~(1L << rule);
        }
    }

    private static void leaves(Term term, Collection<Leaf> into) {
        switch (term) {
            case Fixed _ -> {}
            case Leaf leaf -> into.add(leaf);
            case Not not -> leaves(not.term, into);
            case Term.Several several -> several.terms.forEach(part -> leaves(part, into));
        }
    }

    static Set<Leaf> leaves(Collection<Term> terms) {
        var leaves = new LinkedHashSet<Leaf>();
        terms.forEach(term -> leaves(term, leaves));
        return leaves;
    }

    /// Row 0 is no text; then come the starts (or ends) that terms name, the empty one first, for texts
    /// that are not named in full; then the texts named in full.
    static final class OfText extends Rows {
        private final TextTable.Direction direction;
        private final Map<String, Integer> starts = new LinkedHashMap<>();
        private final Map<String, Integer> names = new LinkedHashMap<>();
        private final String[] byRow;

        OfText(TextTable.Direction direction, Collection<Term> terms) {
            this.direction = direction;
            var leaves = leaves(terms);
            starts.put("", USUAL);
            for (var leaf : leaves) {
                if (isPartial(leaf)) {
                    starts.putIfAbsent(onlyText(leaf.check), USUAL + starts.size());
                }
            }
            int firstName = USUAL + starts.size();
            for (var leaf : leaves) {
                if (!isPartial(leaf)) {
                    named(leaf.check).forEach(name -> names.putIfAbsent(name, firstName + names.size()));
                }
            }
            byRow = new String[firstName + names.size()];
            starts.forEach((start, row) -> byRow[row] = start);
            names.forEach((name, row) -> byRow[row] = name);
        }

        TextTable table() {
            return new TextTable(
                    names.keySet(), USUAL + starts.size(), TextTable.Trie.of(direction, starts.keySet(), USUAL));
        }

        @Override
        int count() {
            return byRow.length;
        }

        @Override
        boolean holds(Leaf leaf, int row) {
            if (row == Lookup.MISSING) {
                return false;
            }
            if (row >= USUAL + starts.size()) {
                return Predicates.ofText(leaf.check).orElseThrow().test(byRow[row]);
            }
            return switch (leaf.check.operator()) {
                case EXISTS, NOT_EQUAL -> true;
                case STARTSWITH -> byRow[row].startsWith(onlyText(leaf.check));
                case ENDSWITH -> byRow[row].endsWith(onlyText(leaf.check));
                default -> false; // not one of the texts named in full
            };
        }

        @Override
        IntStream unusual(Term term) {
            var rows = new BitSet();
            rows.set(Lookup.MISSING);
            for (var leaf : leaves(List.of(term))) {
                if (isPartial(leaf)) {
                    return IntStream.range(0, count());
                }
                named(leaf.check).forEach(name -> rows.set(names.get(name)));
            }
            return rows.stream();
        }

        private static boolean isPartial(Leaf leaf) {
            return switch (leaf.check.operator()) {
                case STARTSWITH, ENDSWITH -> true;
                default -> false;
            };
        }

        private static String onlyText(Check check) {
            return ((Operand.Text) check.operand()).text();
        }

        private static Set<String> named(Check check) {
            return switch (check.operand()) {
                case Operand.Text(var text) -> Set.of(text);
                case Operand.Texts(var texts) -> texts;
                default -> Set.of();
            };
        }
    }

    /// Row 0 is no number, the others are the intervals in which no term can tell numbers apart.
    static final class OfNumber extends Rows {
        private final long[] starts;

        OfNumber(Collection<Term> terms) {
            var found = new TreeSet<Long>();
            found.add(Reader.MISSING);
            found.add(Reader.MISSING + 1);
            found.add(0L); // where unsigned numbers begin anew
            for (var leaf : leaves(terms)) {
                switch (leaf.check.operand()) {
                    case Operand.Number(long number) -> addAround(found, number);
                    case Operand.Numbers(var numbers) -> numbers.forEach(number -> addAround(found, number));
                    default -> {}
                }
            }
            starts = found.stream().mapToLong(Long::longValue).toArray();
        }

        private static void addAround(Set<Long> starts, long number) {
            starts.add(number);
            if (number != Long.MAX_VALUE) {
                starts.add(number + 1);
            }
        }

        long[] starts() {
            return starts;
        }

        @Override
        int count() {
            return starts.length;
        }

        @Override
        boolean holds(Leaf leaf, int row) {
            return row != Lookup.MISSING
                    && Predicates.ofNumber(leaf.check).orElseThrow().test(starts[row]);
        }

        @Override
        IntStream unusual(Term term) {
            return IntStream.range(0, count());
        }
    }

    /// Rows 0 and 1: the term does not hold, it holds.
    static final class OfTerm extends Rows {
        private final Term term;

        OfTerm(Term term) {
            this.term = term;
        }

        @Override
        int count() {
            return 2;
        }

        @Override
        boolean holds(Term asked, int row) {
            return asked == term ? row == 1 : super.holds(asked, row);
        }

        @Override
        boolean holds(Leaf leaf, int row) {
            throw new IllegalStateException("another term than the one looked up: " + leaf.check);
        }

        @Override
        IntStream unusual(Term term) {
            return IntStream.range(0, 2);
        }
    }
}
