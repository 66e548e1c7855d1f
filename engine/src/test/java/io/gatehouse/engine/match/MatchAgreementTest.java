// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The matcher and the plain evaluator, on rules and events by chance. `-Dgatehouse.seed=…` repeats a run.
class MatchAgreementTest {
    private static final int RULE_SETS = 120;
    private static final int EVENTS = 60;

    private final FakeEvent.Fields fields = new FakeEvent.Fields();

    @Test
    void a_matcher_finds_what_the_plain_evaluator_finds() {
        long seed = Long.getLong("gatehouse.seed", 1);
        int matches = 0;
        for (int set = 0; set < RULE_SETS; set++) {
            matches += agree(seed + set);
        }
        assertTrue(matches > RULE_SETS * EVENTS / 10, "rules and events hardly met: " + matches + ", seed " + seed);
    }

    private int agree(long seed) {
        var generated = new Generated(seed);
        var rules = generated.rules(1 + (int) (Math.floorMod(seed * 7919, 150L)));
        var plan = MatchPlan.compile(rules, Source.SYSCALL, fields);
        var all = plan.matcher(RuleMatching.ALL);
        var first = plan.matcher(RuleMatching.FIRST);
        int matches = 0;
        for (int i = 0; i < EVENTS; i++) {
            var event = generated.event();
            var expected = plain(rules, event);
            assertEquals(names(expected), names(found(all, event)), () -> "seed " + seed + ", event " + event);
            assertEquals(
                    names(expected.stream().limit(1).toList()),
                    names(found(first, event)),
                    () -> "first, seed " + seed + ", event " + event);
            matches += expected.size();
        }
        return matches;
    }

    private List<Rule> plain(List<Rule> rules, FakeEvent event) {
        return rules.stream()
                .filter(rule -> rule.kinds().get(event.kind()))
                .filter(rule -> PlainEvaluator.holds(rule.condition(), event, fields))
                .toList();
    }

    private static List<Rule> found(Matcher<FakeEvent> matcher, FakeEvent event) {
        var found = new ArrayList<Rule>();
        int count = matcher.match(event, event.kind(), (rule, _) -> found.add(rule));
        assertEquals(found.size(), count);
        return found;
    }

    private static List<String> names(List<Rule> rules) {
        return rules.stream().map(Rule::name).toList();
    }
}
