// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.AuditLog;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.engine.rule.Selection;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The cases of the reference's own regression suite that have events: rules files, options, a capture or an audit
/// log, and how often each rule fires.
class RegressionTest {
    private static final String DISABLE = "rules[].disable.rule=";
    private static final String LEAST = "priority=";

    private static final List<String> FOLDERS = List.of("regress/rules/", "rules/compat/", "rules/");

    private final Map<List<String>, RuleSet> rules = new HashMap<>();

    @Test
    void every_case_with_events_fires_the_rules_it_fires_with_the_reference() throws IOException {
        var cases = (Node.Sequence) ReferenceData.expected().get("regress").orElseThrow();
        var differences = new ArrayList<String>();
        int count = 0;
        for (var item : cases.items()) {
            var testCase = (Node.Mapping) item;
            if (testCase.get("capture").isPresent()) {
                count++;
                compare(testCase, differences);
            }
        }
        System.out.printf("regression: %d cases with events, %d differ%n", count, differences.size());
        differences.forEach(difference -> System.out.println("  " + difference));
        assertTrue(count > 0);
        assertEquals(List.of(), differences);
    }

    private void compare(Node.Mapping testCase, List<String> differences) throws IOException {
        var rules = rules(
                strings(testCase, "rules").stream().map(RegressionTest::place).toList(),
                options(strings(testCase, "options")));
        var expected = new TreeMap<String, Long>();
        for (var entry : ReferenceData.mapping(testCase, "detections").entries()) {
            expected.put(entry.key(), Long.parseLong(((Node.Number) entry.value()).literal()));
        }
        var found = found(rules, ReferenceData.text(testCase, "capture"));
        if (!expected.equals(found)) {
            differences.add(ReferenceData.text(testCase, "test") + ": " + expected + " / " + found);
        }
    }

    /// Most cases load the same files.
    private RuleSet rules(List<String> files, RulesOptions options) throws IOException {
        var compiled = rules.get(files);
        if (compiled == null || options != RulesOptions.DEFAULT) {
            compiled = Detections.compile(options, files.toArray(String[]::new));
            if (options == RulesOptions.DEFAULT) {
                rules.put(files, compiled);
            }
        }
        return compiled;
    }

    private static String place(String file) {
        for (var folder : FOLDERS) {
            if (Files.exists(ReferenceData.path("").resolve(folder + file))) {
                return folder + file;
            }
        }
        throw new AssertionError("there is no rules file " + file);
    }

    /// Those that change what is found; the others are about the form of alerts.
    private static RulesOptions options(List<String> arguments) {
        var options = RulesOptions.DEFAULT;
        for (var argument : arguments) {
            if (argument.startsWith(DISABLE)) {
                var rule = new Selection.Target.Name(argument.substring(DISABLE.length()));
                options = options.withSelections(List.of(new Selection(Selection.Change.DISABLE, rule)));
            } else if (argument.startsWith(LEAST)) {
                options = options.withLeast(
                        Priority.valueOf(argument.substring(LEAST.length()).toUpperCase(Locale.ROOT)));
            }
        }
        return options;
    }

    private static Map<String, Long> found(RuleSet rules, String events) throws IOException {
        return events.endsWith(".scap")
                ? Detections.of(rules).in(ReferenceData.path("scap/" + events), RuleMatching.FIRST)
                : inAuditLog(rules, ReferenceData.path("k8s_audit/" + events));
    }

    private static Map<String, Long> inAuditLog(RuleSet rules, Path file) throws IOException {
        var readers = new JsonReaders(ZoneOffset.UTC, "host");
        var matcher =
                MatchPlan.compile(rules.rules(), Source.K8S_AUDIT, readers).matcher(RuleMatching.FIRST);
        var batch = new AuditLog(file.toString(), AuditLog.OF_A_BATCH).all(Files.readAllBytes(file));
        var found = new TreeMap<String, Long>();
        for (var event : batch.events()) {
            matcher.match(event, 0, (rule, _) -> found.merge(rule.name(), 1L, Long::sum));
        }
        return found;
    }

    private static List<String> strings(Node.Mapping in, String key) {
        return ((Node.Sequence) in.get(key).orElseThrow())
                .items().stream().map(item -> ((Node.Text) item).value()).toList();
    }
}
