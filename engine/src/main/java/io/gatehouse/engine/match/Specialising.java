// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.Draft.Candidate;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is left of every rule once the kind of event is known.
final class Specialising {
    private Specialising() {}

    static String specialise(Draft<?> draft) {
        int kinds = draft.facts.kinds();
        var byKind = new ArrayList<List<Candidate>>(kinds);
        var touched = touched(draft);
        int left = 0;
        for (int kind = 0; kind < kinds; kind++) {
            var candidates = ofKind(draft, kind, touched);
            byKind.add(candidates);
            left += candidates.size();
        }
        draft.candidates = byKind;
        return "%d rules over %d kinds".formatted(left, kinds);
    }

    /// Terms that a kind may change, so that all others are passed over unseen.
    private static Set<Term> touched(Draft<?> draft) {
        var found = new HashMap<Term, Boolean>();
        for (var condition : draft.conditions) {
            touched(draft, condition, found);
        }
        var touched = new HashSet<Term>();
        found.forEach((term, is) -> {
            if (is) {
                touched.add(term);
            }
        });
        return touched;
    }

    private static boolean touched(Draft<?> draft, Term term, Map<Term, Boolean> found) {
        var known = found.get(term);
        if (known == null) {
            boolean touched = switch (term) {
                case Fixed _ -> false;
                case Leaf leaf -> draft.facts.concerns(leaf.check);
                case Term.Not not -> touched(draft, not.term, found);
                case Term.Several several -> {
                    boolean any = false;
                    for (var part : several.terms) {
                        any |= touched(draft, part, found);
                    }
                    yield any;
                }
            };
            found.put(term, touched);
            known = touched;
        }
        return known;
    }

    private static List<Candidate> ofKind(Draft<?> draft, int kind, Set<Term> touched) {
        var candidates = new ArrayList<Candidate>();
        var done = new HashMap<Term, Term>();
        for (int i = 0; i < draft.rules.size(); i++) {
            if (draft.source == Source.SYSCALL && !draft.rules.get(i).kinds().get(kind)) {
                continue;
            }
            var condition = draft.pool.exchange(
                    draft.conditions.get(i), term -> known(draft, term, kind), touched::contains, done);
            if (condition != Fixed.FALSE) {
                candidates.add(new Candidate(i, condition));
            }
        }
        return candidates;
    }

    private static Term known(Draft<?> draft, Term term, int kind) {
        return term instanceof Leaf leaf
                ? draft.facts.decide(leaf.check, kind).<Term>map(Fixed::of).orElse(term)
                : term;
    }

    static String join(Draft<?> draft) {
        var plans = new HashMap<List<Candidate>, Integer>();
        draft.planOfKind = new int[draft.candidates.size()];
        Arrays.fill(draft.planOfKind, -1);
        for (int kind = 0; kind < draft.planOfKind.length; kind++) {
            var candidates = draft.candidates.get(kind);
            if (!candidates.isEmpty()) {
                draft.planOfKind[kind] = plans.computeIfAbsent(candidates, _ -> {
                    draft.plans.add(new PlanDraft(candidates));
                    return draft.plans.size() - 1;
                });
            }
        }
        return "%d plans for %d kinds"
                .formatted(
                        draft.plans.size(),
                        Arrays.stream(draft.planOfKind)
                                .filter(plan -> plan >= 0)
                                .count());
    }
}
