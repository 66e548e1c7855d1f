// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Rules that say what PodSecurityPolicies said, put to pods whose verdict is known.
class PodSecurityTest {
    private static final String RULES = "pod_security_rules.yaml";
    private static final Map<String, String> WITHOUT_RULE =
            Map.of("fs_group_run_as_any.yaml", "it lets every group own the volumes, so that nothing can break it");

    private final JsonReaders readers = new JsonReaders(ZoneOffset.UTC, "");
    private final List<Rule> rules = rules();
    private final Matcher<JsonEvent> matcher =
            MatchPlan.compile(rules, Source.K8S_AUDIT, readers).matcher(RuleMatching.ALL);

    @TestFactory
    Stream<DynamicTest> a_policys_rules_fire_on_the_pods_that_it_refuses_and_on_no_other() {
        var cases = ((Node.Sequence) SharedData.json("pod_security/cases.json")).items();
        assertEquals(51, cases.size());
        return cases.stream()
                .map(each -> DynamicTest.dynamicTest(SharedData.text(Tree.get(each, "case")), () -> {
                    var policy = SharedData.text(Tree.get(each, "policy"));
                    var event = SharedData.text(Tree.get(each, "pod_create_audit_event"));
                    assertEquals(expected(each), fired(policy, SharedData.bytes("k8s_audit/" + event)));
                }));
    }

    @Test
    void every_policy_has_a_rule_unless_nothing_can_break_it() throws IOException {
        var policies = new TreeSet<String>();
        try (var files = Files.list(SharedData.path("pod_security"))) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .forEach(policies::add);
        }
        assertEquals(25, policies.size());
        var covered = new TreeSet<>(WITHOUT_RULE.keySet());
        rules.forEach(rule -> covered.addAll(rule.tags()));
        assertEquals(policies, covered);
    }

    /// Own pods, also for the rules that no known verdict asks for. "Cannot be said" are pods that a policy
    /// judges otherwise than its rule, because no field tells what it looks at.
    @TestFactory
    Stream<DynamicTest> pods_break_the_rules_that_the_golden_text_lists() {
        return Golden.tests("json/pod_security.txt", files -> {
            var pod = """
                    {"kind":"Event","auditID":"1","stage":"ResponseComplete","stageTimestamp":"2026-01-01T00:00:00Z",\
                    "verb":"create","objectRef":{"resource":"pods","namespace":"shop"},"requestObject":{"spec":%s}}
                    """.formatted(files.getFirst().text().replace("\n", " "));
            var names = new ArrayList<String>();
            for (var event : events(pod.getBytes(StandardCharsets.UTF_8))) {
                matches(event).forEach(rule -> names.add(rule.name()));
            }
            return String.join("\n", names);
        });
    }

    private Map<String, Integer> fired(String policy, byte[] log) {
        var counts = new TreeMap<String, Integer>();
        for (var event : events(log)) {
            matches(event).stream()
                    .filter(rule -> rule.tags().contains(policy))
                    .forEach(rule -> counts.merge(rule.name(), 1, Integer::sum));
        }
        return counts;
    }

    private static List<JsonEvent> events(byte[] log) {
        var batch = new AuditLog("pods", AuditLog.OF_A_BATCH).all(log);
        assertEquals(List.of(), batch.diagnostics());
        assertFalse(batch.events().isEmpty());
        return batch.events();
    }

    /// The rules that the matcher finds, which are those that hold when asked one by one.
    private List<Rule> matches(JsonEvent event) {
        var matched = new ArrayList<Rule>();
        matcher.match(event, 0, (rule, _) -> matched.add(rule));
        assertEquals(
                rules.stream()
                        .filter(rule -> PlainEvaluator.holds(rule.condition(), event, readers))
                        .map(Rule::name)
                        .toList(),
                matched.stream().map(Rule::name).toList());
        return matched;
    }

    private static Map<String, Integer> expected(Node each) {
        var counts = new TreeMap<String, Integer>();
        if (Tree.get(each, "expected") instanceof Node.Sequence(var items, var _)) {
            for (var item : items) {
                for (var entry : ((Node.Mapping) item).entries()) {
                    counts.put(entry.key(), Integer.valueOf(((Node.Number) entry.value()).literal()));
                }
            }
        }
        boolean violation = ((Node.Bool) Tree.get(each, "violation")).value();
        assertEquals(violation, !counts.isEmpty(), "the case contradicts itself");
        return counts;
    }

    private static List<Rule> rules() {
        try (var file = PodSecurityTest.class.getResourceAsStream(RULES)) {
            var source = new SourceText(RULES, new String(file.readAllBytes(), StandardCharsets.UTF_8));
            var compiled = RulesCompiler.compile(List.of(source), RulesOptions.DEFAULT);
            assertEquals(List.of(), compiled.diagnostics());
            return compiled.rules().orElseThrow().rules();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
