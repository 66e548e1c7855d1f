// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.match.Draft.Candidate;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import io.gatehouse.schemas.field.Field.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// From conditions to weaker ones that ask only what is known and hold wherever the condition could still
/// hold. What is not known counts as holding, and where it stands under a `not`, as not holding.
final class Loosening {
    private final TermPool pool;
    private final Knowledge.Of knowledge;
    private final int kind;
    private final Map<Term, Term> can = new HashMap<>();
    private final Map<Term, Term> must = new HashMap<>();

    private Loosening(TermPool pool, Knowledge.Of knowledge, int kind) {
        this.pool = pool;
        this.knowledge = knowledge;
        this.kind = kind;
    }

    /// @param kinds the only ones that are looked at; nothing is left of the others
    static String loosen(Draft<?> draft, Knowledge.Of knowledge, BitSet kinds) {
        int always = 0;
        for (int kind = 0; kind < draft.candidates.size(); kind++) {
            var candidates = kinds.get(kind) ? draft.candidates.get(kind) : List.<Candidate>of();
            var loosened = new Loosening(draft.pool, knowledge, kind).loosen(candidates);
            draft.candidates.set(kind, loosened);
            always += loosened.size() == 1 && loosened.getFirst().condition() == Fixed.TRUE ? 1 : 0;
        }
        return "%d of %d kinds cannot be told apart".formatted(always, kinds.cardinality());
    }

    /// One that always holds stands for all.
    private List<Candidate> loosen(List<Candidate> candidates) {
        var left = new ArrayList<Candidate>();
        for (var candidate : candidates) {
            var condition = can(candidate.condition());
            if (condition == Fixed.TRUE) {
                return List.of(new Candidate(candidate.rule(), Fixed.TRUE));
            }
            if (condition != Fixed.FALSE) {
                left.add(new Candidate(candidate.rule(), condition));
            }
        }
        return left;
    }

    private Term can(Term term) {
        var known = can.get(term);
        if (known == null) {
            known = switch (term) {
                case Fixed fixed -> fixed;
                case Leaf leaf -> isKnown(leaf.check) ? leaf : Fixed.TRUE;
                case Not not -> pool.not(must(not.term));
                case All all -> pool.all(all.terms.stream().map(this::can).toList());
                case Any any -> pool.any(any.terms.stream().map(this::can).toList());
            };
            can.put(term, known);
        }
        return known;
    }

    private Term must(Term term) {
        var known = must.get(term);
        if (known == null) {
            known = switch (term) {
                case Fixed fixed -> fixed;
                case Leaf leaf -> isKnown(leaf.check) ? leaf : Fixed.FALSE;
                case Not not -> pool.not(can(not.term));
                case All all -> pool.all(all.terms.stream().map(this::must).toList());
                case Any any -> pool.any(any.terms.stream().map(this::must).toList());
            };
            must.put(term, known);
        }
        return known;
    }

    /// Whether all events that have the known in common answer the check alike.
    private boolean isKnown(Check check) {
        boolean operandIsKnown = !(check.operand() instanceof Operand.Of(var other)) || isKnown(other);
        if (!operandIsKnown) {
            return false;
        }
        return check.subject() instanceof Subject.Read read && !(check.operand() instanceof Operand.Of)
                ? isKnown(check, read)
                : isKnown(check.subject());
    }

    private boolean isKnown(Check check, Subject.Read read) {
        return switch (of(read)) {
            case Knowledge.Nothing _ -> false;
            case Knowledge.Value _ -> true;
            case Knowledge.Sign _ -> isOne(read) && (check.operator() == Operator.EXISTS || asksSign(check));
            case Knowledge.Whether(var text) ->
                isOne(read) && (check.operator() == Operator.EXISTS || asksWhether(check, text));
        };
    }

    private boolean isKnown(Subject subject) {
        return switch (subject) {
            case Subject.Constant _ -> true;
            case Subject.Read read -> of(read) instanceof Knowledge.Value;
            case Subject.Apply apply -> apply.arguments().stream().allMatch(this::isKnown);
            case Subject.Group group -> group.subjects().stream().allMatch(this::isKnown);
        };
    }

    private static boolean isOne(Subject.Read read) {
        return read.shape() == Shape.ONE;
    }

    private Knowledge of(Subject.Read read) {
        return knowledge.of(new Knowledge.Use(read.field(), read.argument(), kind));
    }

    /// Only of signed numbers: to others nothing is below zero.
    private static boolean asksSign(Check check) {
        return switch (check.subject().type()) {
            case INT16, INT32, INT64 ->
                check.operand() instanceof Operand.Number(long number)
                        && switch (check.operator()) {
                            case GREATER_OR_EQUAL, LESS -> number == 0;
                            case GREATER, LESS_OR_EQUAL -> number == -1;
                            default -> false;
                        };
            default -> false;
        };
    }

    private static boolean asksWhether(Check check, String text) {
        return switch (check.operator()) {
            case EQUAL, NOT_EQUAL -> check.operand().equals(new Operand.Text(text));
            case IN -> check.operand().equals(new Operand.Texts(Set.of(text)));
            default -> false;
        };
    }
}
