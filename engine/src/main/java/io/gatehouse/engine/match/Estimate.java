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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a term is expected to cost, and how often it is expected to hold. Only the order of work depends on
/// these guesses, never a result.
final class Estimate {
    /// Nanoseconds, roughly.
    private static final double NUMBER = 3;

    private static final double TEXT = 10;
    private static final double SEARCH = 15;
    private static final double PATTERN = 80;
    private static final double SEVERAL_VALUES = 40;
    /// Texts that are put together for every event that asks.
    private static final double COMPOSED = 60;

    private static final List<String> COMPOSED_FIELDS = List.of(
            "evt.arg",
            "evt.args",
            "evt.res",
            "evt.buffer",
            "evt.info",
            "proc.args",
            "proc.cmdline",
            "proc.pcmdline",
            "proc.exeline",
            "proc.env",
            "thread.cap_effective",
            "thread.cap_permitted",
            "thread.cap_inheritable",
            "container.mounts");

    private final Map<Term, Double> chances = new HashMap<>();
    private final Map<Term, Double> costs = new HashMap<>();

    /// Cheap terms that decide often come first where all must hold.
    Comparator<Term> forAll() {
        return Comparator.comparingDouble(term -> cost(term) / Math.max(1 - chance(term), 1e-6));
    }

    /// Cheap terms that hold often come first where one must hold.
    Comparator<Term> forAny() {
        return Comparator.comparingDouble(term -> cost(term) / Math.max(chance(term), 1e-6));
    }

    double chance(Term term) {
        var known = chances.get(term);
        if (known == null) {
            known = switch (term) {
                case Fixed fixed -> fixed == Fixed.TRUE ? 1.0 : 0.0;
                case Leaf leaf -> chance(leaf.check);
                case Not not -> 1 - chance(not.term);
                case All all -> {
                    double chance = 1;
                    for (var part : all.terms) {
                        chance *= chance(part);
                    }
                    yield chance;
                }
                case Any any -> {
                    double none = 1;
                    for (var part : any.terms) {
                        none *= 1 - chance(part);
                    }
                    yield 1 - none;
                }
            };
            chances.put(term, known);
        }
        return known;
    }

    private static double chance(Check check) {
        boolean number = !check.subject().type().isText();
        return switch (check.operator()) {
            case EXISTS -> 0.9;
            case EQUAL -> number ? 0.3 : 0.03;
            case NOT_EQUAL -> number ? 0.7 : 0.6; // "container.id != host" is the one most written
            case LESS, LESS_OR_EQUAL -> 0.3;
            case GREATER, GREATER_OR_EQUAL -> 0.7;
            case IN, INTERSECTS, PMATCH -> 0.06;
            case STARTSWITH, BSTARTSWITH, ENDSWITH -> 0.04;
            case CONTAINS, ICONTAINS, BCONTAINS, GLOB, IGLOB, REGEX -> 0.04;
        };
    }

    double cost(Term term) {
        var known = costs.get(term);
        if (known == null) {
            known = switch (term) {
                case Fixed _ -> 0.0;
                case Leaf leaf -> cost(leaf.check);
                case Not not -> cost(not.term);
                case All all -> {
                    double reached = 1;
                    double cost = 1;
                    for (var part : all.terms) {
                        cost += reached * cost(part);
                        reached *= chance(part);
                    }
                    yield cost;
                }
                case Any any -> {
                    double reached = 1;
                    double cost = 1;
                    for (var part : any.terms) {
                        cost += reached * cost(part);
                        reached *= 1 - chance(part);
                    }
                    yield cost;
                }
            };
            costs.put(term, known);
        }
        return known;
    }

    private static double cost(Check check) {
        double test = switch (check.operator()) {
            case CONTAINS, ICONTAINS, BCONTAINS, PMATCH -> SEARCH;
            case GLOB, IGLOB, REGEX -> PATTERN;
            default -> NUMBER;
        };
        return read(check.subject()) + test;
    }

    double cost(Question question) {
        return switch (question) {
            case Question.OfNumber(var subject) -> read(subject);
            case Question.OfText(var subject) -> read(subject) + TEXT;
            case Question.OfEnd(var subject) -> read(subject) + TEXT;
            case Question.OfParts(var subject, var _) -> read(subject) + 3 * SEARCH;
            case Question.OfTerm(var term) -> cost(term);
        };
    }

    private static double read(Subject subject) {
        return switch (subject) {
            case Subject.Constant _ -> 0;
            case Subject.Apply apply -> COMPOSED + read(apply.arguments());
            case Subject.Group group -> COMPOSED + read(group.subjects());
            case Subject.Read read when COMPOSED_FIELDS.contains(read.field().name()) -> COMPOSED;
            case Subject.Read read when read.shape() != Shape.ONE -> SEVERAL_VALUES;
            case Subject.Read read -> read.type().isText() ? TEXT : NUMBER;
        };
    }

    private static double read(List<Subject> subjects) {
        return subjects.stream().mapToDouble(Estimate::read).sum();
    }
}
