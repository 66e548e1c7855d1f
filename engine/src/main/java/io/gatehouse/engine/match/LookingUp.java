// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.Term.Not;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Terms that one lookup decides for many rules.
final class LookingUp {
    private static final int FEW = 2;
    private static final int SHARE = 16;

    private LookingUp() {}

    static String lookUp(Draft<?> draft) {
        int decided = 0;
        for (var plan : draft.plans) {
            for (int rule = 0; rule < plan.rules(); rule++) {
                for (var parts = plan.parts.get(rule).iterator(); parts.hasNext(); ) {
                    var part = parts.next();
                    var question = draft.questions.of(part);
                    if (question.isPresent()) {
                        add(draft, plan, question.get(), rule, part);
                        parts.remove();
                        decided++;
                    }
                }
            }
        }
        return "%d terms decided by %d lookups".formatted(decided, lookups(draft));
    }

    /// Terms that no table answers and that enough rules need are asked once for all of them. What fewer
    /// need is asked when one of them is still open in the end: a step for it would cost every event.
    static String shareRest(Draft<?> draft) {
        int decided = 0;
        for (var plan : draft.plans) {
            var users = users(plan);
            int enough = Math.max(FEW, plan.rules() / SHARE);
            for (int rule = 0; rule < plan.rules(); rule++) {
                for (var parts = plan.parts.get(rule).iterator(); parts.hasNext(); ) {
                    var part = parts.next();
                    if (users.get(plain(part)) >= enough) {
                        add(draft, plan, new Question.OfTerm(plain(part)), rule, part);
                        parts.remove();
                        decided++;
                    }
                }
            }
        }
        return "%d terms".formatted(decided);
    }

    private static Map<Term, Integer> users(PlanDraft plan) {
        var users = new HashMap<Term, Integer>();
        for (var parts : plan.parts) {
            for (var part : parts) {
                users.merge(plain(part), 1, Integer::sum);
            }
        }
        return users;
    }

    private static Term plain(Term term) {
        return term instanceof Not not ? not.term : term;
    }

    private static void add(Draft<?> draft, PlanDraft plan, Question question, int rule, Term part) {
        plan.singles
                .computeIfAbsent(question, _ -> new HashMap<>())
                .merge(rule, part, (one, other) -> draft.pool.all(List.of(one, other)));
    }

    private static int lookups(Draft<?> draft) {
        int lookups = 0;
        for (var plan : draft.plans) {
            lookups += plan.singles.size();
        }
        return lookups;
    }
}
