// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.PlanDraft.KeyGroup;
import io.gatehouse.engine.match.PlanDraft.StepDraft;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Puts the steps of a plan, and the terms of each rest, in the order in which they are expected to end the
/// work soonest.
final class Ordering {
    /// Above this many steps the order is that of their first worth alone, so that time stays bounded.
    private static final int MOST_TO_WEIGH = 200;
    /// What asking a second time costs.
    private static final double ASKED_ALREADY = 3;

    private final Estimate estimate;
    /// For each rule, how likely it is still open.
    private final double[] open;
    private final Set<Question> asked = new HashSet<>();

    private Ordering(Estimate estimate, int rules) {
        this.estimate = estimate;
        this.open = new double[rules];
        Arrays.fill(open, 1);
    }

    static String order(Draft<?> draft) {
        int steps = 0;
        for (var plan : draft.plans) {
            new Ordering(draft.estimate, plan.rules()).order(plan);
            steps += plan.steps.size();
            for (var parts : plan.parts) {
                parts.sort(draft.estimate.forAll());
            }
        }
        return "%d steps".formatted(steps);
    }

    /// @param chances for each rule it concerns, how likely it leaves the rule open
    private record Choice(StepDraft step, Map<Integer, Double> chances) {}

    private void order(PlanDraft plan) {
        var left = new ArrayList<>(choices(plan));
        if (left.size() > MOST_TO_WEIGH) {
            left.sort(Comparator.comparingDouble(this::worth).reversed());
            left.forEach(choice -> plan.steps.add(choice.step));
            return;
        }
        while (!left.isEmpty()) {
            var best = best(left);
            left.remove(best);
            plan.steps.add(best.step);
            asked.addAll(questions(best.step));
            best.chances.forEach((rule, chance) -> open[rule] *= chance);
        }
    }

    private List<Choice> choices(PlanDraft plan) {
        var choices = new ArrayList<Choice>();
        plan.singles.forEach((question, terms) -> {
            var chances = new HashMap<Integer, Double>();
            terms.forEach((rule, term) -> chances.put(rule, estimate.chance(term)));
            choices.add(new Choice(new StepDraft.Single(question), chances));
        });
        for (KeyGroup group : plan.keys) {
            choices.add(new Choice(new StepDraft.Keys(group), group.chances()));
        }
        return choices;
    }

    private Choice best(List<Choice> choices) {
        var best = choices.getFirst();
        double most = worth(best);
        for (var choice : choices) {
            double worth = worth(choice);
            if (worth > most) {
                best = choice;
                most = worth;
            }
        }
        return best;
    }

    /// How many rules it is expected to close, for what it costs.
    private double worth(Choice choice) {
        double closed = 0;
        for (var chance : choice.chances.entrySet()) {
            closed += open[chance.getKey()] * (1 - chance.getValue());
        }
        double cost = 0;
        for (var question : questions(choice.step)) {
            cost += asked.contains(question) ? ASKED_ALREADY : estimate.cost(question);
        }
        return closed / cost;
    }

    private static Set<Question> questions(StepDraft step) {
        return switch (step) {
            case StepDraft.Single(var question) -> Set.of(question);
            case StepDraft.Keys(var group) -> group.found().keySet();
        };
    }
}
