// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The compiled plan and the plain evaluator, asked about the same recorded events: they must find the same rules.
class PlainAgreementTest {
    private static final String[] ALL = {
        "rules/falco_rules.yaml", "rules/falco-incubating_rules.yaml", "rules/falco-sandbox_rules.yaml"
    };

    /// Binds each field once; the plain evaluator asks for it with every event.
    private static final class Kept implements Readers<Scene> {
        private record Key(String field, Optional<String> argument) {}

        private final Readers<Scene> readers = new SyscallFields(ZoneOffset.UTC);
        private final Map<Key, Reader<Scene>> bound = new HashMap<>();

        @Override
        public Reader<Scene> bind(Field field, Optional<String> argument) {
            return bound.computeIfAbsent(new Key(field.name(), argument), _ -> readers.bind(field, argument));
        }
    }

    /// Of one capture; the plain evaluator takes its time.
    private static final int MOST_EVENTS = 1_500;

    private final Kept readers = new Kept();
    private long events;
    private long matches;

    @Test
    void the_plan_finds_the_rules_that_the_plain_evaluator_finds() throws IOException {
        var rules = Detections.compile(RulesOptions.DEFAULT, ALL).rules();
        var plan = MatchPlan.compile(rules, Source.SYSCALL, new SyscallFields(ZoneOffset.UTC));
        var enabled = rules.stream().filter(Rule::enabled).toList();
        for (var capture : ReferenceData.madeCaptures()) {
            compare(capture, enabled, plan);
        }
        for (var capture : ReferenceData.realCaptures()) {
            compare(capture, enabled, plan);
        }
        System.out.printf("plan and plain evaluator agree about %d events, %d matches%n", events, matches);
        assertTrue(matches > 0);
    }

    private void compare(Path capture, List<Rule> rules, MatchPlan<Scene> plan) throws IOException {
        var matcher = plan.matcher(RuleMatching.ALL);
        long most = events + MOST_EVENTS;
        try (var in = Files.newInputStream(capture)) {
            CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                int kind = scene.event().code();
                var found = new ArrayList<String>();
                matcher.match(scene, kind, (rule, _) -> found.add(rule.name()));
                var wanted = rules.stream()
                        .filter(rule ->
                                rule.source() == Source.SYSCALL && rule.kinds().get(kind))
                        .filter(rule -> PlainEvaluator.holds(rule.condition(), scene, readers))
                        .map(Rule::name)
                        .toList();
                assertEquals(
                        wanted,
                        found,
                        () -> capture + ", event " + scene.event().number());
                events++;
                matches += found.size();
                return events < most;
            });
        }
    }
}
