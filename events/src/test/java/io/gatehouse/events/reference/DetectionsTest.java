// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.engine.rule.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What rules find in captures, compared with what the reference finds: how often each of them fires.
class DetectionsTest {
    private static final String[] STABLE = {"rules/falco_rules.yaml"};
    private static final String[] ALL = {
        "rules/falco_rules.yaml", "rules/falco-incubating_rules.yaml", "rules/falco-sandbox_rules.yaml"
    };
    private static final RulesOptions EVERY_RULE = RulesOptions.DEFAULT.withSelections(
            List.of(new Selection(Selection.Change.ENABLE, new Selection.Target.Name("*"))));

    private final List<String> differences = new ArrayList<>();
    private int compared;

    @AfterEach
    void report() {
        System.out.printf("%d counts compared, %d differ%n", compared, differences.size());
        differences.forEach(difference -> System.out.println("  " + difference));
        assertEquals(List.of(), differences);
    }

    @Test
    void upstream_rules_fire_in_real_captures_as_often_as_with_the_reference() throws IOException {
        var expected = ReferenceData.mapping(ReferenceData.expected(), "scap");
        var stable = Detections.of(Detections.compile(RulesOptions.DEFAULT, STABLE));
        var all = Detections.of(Detections.compile(RulesOptions.DEFAULT, ALL));
        for (var capture : ReferenceData.realCaptures()) {
            var counts = ReferenceData.mapping(of(expected, capture), "detections");
            compare(capture, counts, "rules/falco_rules.yaml | first", stable.in(capture, RuleMatching.FIRST));
            var three = "rules/falco_rules.yaml + falco-incubating + falco-sandbox | ";
            compare(capture, counts, three + "first", all.in(capture, RuleMatching.FIRST));
            compare(capture, counts, three + "all", all.in(capture, RuleMatching.ALL));
        }
    }

    @Test
    void a_capture_made_for_a_rule_fires_it_and_its_near_miss_does_not() throws IOException {
        var expected = ReferenceData.mapping(ReferenceData.expected(), "synthetic");
        var defaults = Detections.of(Detections.compile(RulesOptions.DEFAULT, ALL));
        var every = Detections.of(Detections.compile(EVERY_RULE, ALL));
        for (var capture : ReferenceData.madeCaptures()) {
            var counts = of(expected, capture);
            var found = every.in(capture, RuleMatching.ALL);
            boolean mustFire = ((Node.Bool) counts.get("must_fire").orElseThrow()).value();
            var target = ReferenceData.text(counts, "target_rule");
            assertEquals(mustFire, found.containsKey(target), capture + ": " + target);
            compare(capture, counts, "all_rules_enabled | all", found);
            compare(capture, counts, "defaults | first", defaults.in(capture, RuleMatching.FIRST));
        }
    }

    @Test
    void probe_rules_hold_for_as_many_events_as_with_the_reference() throws IOException {
        var expected = ReferenceData.mapping(ReferenceData.expected(), "scap");
        var probes = Detections.of(Detections.compile(RulesOptions.DEFAULT, "probe/probe_rules.yaml"));
        for (var capture : ReferenceData.realCaptures()) {
            compare(capture, of(expected, capture), "probe_counts", probes.in(capture, RuleMatching.ALL));
        }
    }

    @Test
    void upstream_macros_hold_for_as_many_events_as_with_the_reference() throws IOException {
        var expected = ReferenceData.mapping(ReferenceData.expected(), "scap");
        var files = new ArrayList<>(List.of(ALL));
        files.add("probe/macro_rules.yaml");
        var macros = Detections.of(Detections.compile(RulesOptions.DEFAULT, files.toArray(String[]::new)));
        for (var capture : ReferenceData.realCaptures()) {
            var found = new TreeMap<String, Long>();
            macros.in(capture, RuleMatching.ALL).forEach((rule, count) -> {
                if (rule.startsWith("macro ")) {
                    found.put(rule.substring("macro ".length()), count);
                }
            });
            compare(capture, of(expected, capture), "macro_counts", found);
        }
    }

    private static Node.Mapping of(Node.Mapping expected, Path capture) {
        return ReferenceData.mapping(expected, capture.getFileName().toString());
    }

    private void compare(Path capture, Node.Mapping in, String key, Map<String, Long> found) {
        var wanted = new TreeMap<String, Long>();
        for (var entry : ReferenceData.mapping(in, key).entries()) {
            wanted.put(entry.key(), Long.parseLong(((Node.Number) entry.value()).literal()));
        }
        var names = new TreeMap<>(wanted);
        names.putAll(found);
        compared++;
        names.keySet().forEach(name -> {
            compared++;
            long theirs = wanted.getOrDefault(name, 0L);
            long ours = found.getOrDefault(name, 0L);
            if (theirs != ours) {
                differences.add(ReferenceData.name(capture) + ", " + key + ", " + name + ": " + theirs + " / " + ours);
            }
        });
    }
}
