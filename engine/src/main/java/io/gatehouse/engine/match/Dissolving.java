// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Collection;
import java.util.Map;

/// Steps that close hardly any rule go back to the rests. A step is looked at for nearly every event, a
/// rest only if its rule is open in the end.
final class Dissolving {
    /// How many rules a step must be expected to close.
    private static final double ENOUGH = 0.5;

    private Dissolving() {}

    static String dissolve(Draft<?> draft) {
        int dissolved = 0;
        for (var plan : draft.plans) {
            int before = plan.singles.size() + plan.keys.size();
            dissolveSingles(draft.estimate, plan);
            dissolveKeys(plan);
            dissolved += before - plan.singles.size() - plan.keys.size();
        }
        return "%d steps".formatted(dissolved);
    }

    private static void dissolveSingles(Estimate estimate, PlanDraft plan) {
        plan.singles.values().removeIf(terms -> {
            boolean weak = closed(terms.values().stream().map(estimate::chance).toList()) < ENOUGH;
            if (weak) {
                giveBack(plan, terms);
            }
            return weak;
        });
    }

    private static void dissolveKeys(PlanDraft plan) {
        plan.keys.removeIf(group -> {
            boolean weak = closed(group.chances().values()) < ENOUGH;
            if (weak) {
                giveBack(plan, group.exact());
            }
            return weak;
        });
    }

    private static double closed(Collection<Double> chances) {
        return chances.stream().mapToDouble(chance -> 1 - chance).sum();
    }

    private static void giveBack(PlanDraft plan, Map<Integer, Term> terms) {
        terms.forEach((rule, term) -> plan.parts.get(rule).add(term));
    }
}
