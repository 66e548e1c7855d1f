// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.Draft.Candidate;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Conditions as terms that all must hold.
final class Splitting {
    private Splitting() {}

    static String split(Draft<?> draft) {
        int parts = 0;
        var known = new HashMap<Term, List<Term>>(); // one condition often stands in several plans
        for (var plan : draft.plans) {
            for (Candidate candidate : plan.candidates) {
                var split = known.computeIfAbsent(candidate.condition(), condition -> split(draft.pool, condition));
                plan.parts.add(new ArrayList<>(split));
                parts += split.size();
            }
        }
        return "%d terms".formatted(parts);
    }

    private static List<Term> split(TermPool pool, Term condition) {
        var parts = pool.conjuncts(condition);
        var held = new HashMap<Term, Term>();
        for (var part : parts) {
            if (part instanceof Leaf) {
                held.put(part, Fixed.TRUE);
            } else if (part instanceof Not not && not.term instanceof Leaf) {
                held.put(not.term, Fixed.FALSE);
            }
        }
        return held.isEmpty() ? parts : pool.conjuncts(pool.all(withoutWhatHolds(pool, parts, held)));
    }

    /// What must hold anyway need not be asked again further down.
    private static List<Term> withoutWhatHolds(TermPool pool, List<Term> parts, Map<Term, Term> held) {
        var left = new ArrayList<Term>();
        var done = new HashMap<Term, Term>();
        for (var part : parts) {
            boolean plain = held.containsKey(part) || part instanceof Not not && held.containsKey(not.term);
            left.add(plain ? part : pool.exchange(part, term -> held.getOrDefault(term, term), _ -> true, done));
        }
        return left;
    }
}
