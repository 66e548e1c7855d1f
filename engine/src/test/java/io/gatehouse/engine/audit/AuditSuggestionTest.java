// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.AuditLog;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AuditSuggestionTest {
    private static final Path FALCO = Path.of(System.getProperty("gatehouse.root"), "..", "shared", "falco");

    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("audit/suggestions.golden", files -> {
            var rules = RulesCompiler.compile(List.of(files.getFirst()), RulesOptions.DEFAULT);
            return rules.rules().map(AuditSuggestion::of).orElse(DiagnosticPrinter.print(rules.diagnostics()));
        });
    }

    private static RuleSet upstream() throws IOException {
        assumeTrue(Files.isDirectory(FALCO), "no upstream rules at " + FALCO);
        var file = FALCO.resolve("rules/k8s_audit_rules.yaml");
        return RulesCompiler.compile(
                        List.of(new SourceText("k8s_audit_rules.yaml", Files.readString(file))), RulesOptions.DEFAULT)
                .rules()
                .orElseThrow();
    }

    private static AuditPolicy suggested(RuleSet rules) {
        var reading = AuditPolicy.read(new SourceText("suggested.yaml", AuditSuggestion.of(rules)));
        assertEquals(
                List.of(),
                reading.diagnostics().stream().map(Diagnostic::message).toList());
        return reading.policy().orElseThrow();
    }

    /// Every recorded event, cut down to what the suggested policy would have had written of it, satisfies the same
    /// rules as the whole event.
    @Test
    void with_the_suggested_policy_the_upstream_rules_see_what_they_saw() throws IOException {
        var rules = upstream();
        var policy = suggested(rules);
        int matched = 0;
        try (var traces = Files.list(FALCO.resolve("k8s_audit"))) {
            for (var trace : traces.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                var log = new AuditLog(trace.getFileName().toString(), AuditLog.OF_A_BATCH);
                for (var event : log.all(Files.readAllBytes(trace)).events()) {
                    var matches = matches(rules, event);
                    var written = written(policy, event);
                    assertEquals(
                            matches,
                            written == null ? List.of() : matches(rules, written),
                            trace + ", " + event.number());
                    matched += matches.size();
                }
            }
        }
        assertTrue(matched > 50, "rules matched " + matched + " times");
    }

    private static List<String> matches(RuleSet rules, JsonEvent event) {
        var readers = new JsonReaders(ZoneOffset.UTC, "");
        return rules.rules().stream()
                .filter(rule -> rule.enabled() && rule.source() == Source.K8S_AUDIT)
                .filter(rule -> PlainEvaluator.holds(rule.condition(), event, readers))
                .map(Rule::name)
                .toList();
    }

    /// Null where nothing of it is.
    private static JsonEvent written(AuditPolicy policy, JsonEvent event) {
        var request = AuditRequest.of(event.document());
        var level = request.map(asked -> policy.answer(asked).level()).orElse(AuditLevel.REQUEST_RESPONSE);
        var left = switch (level) {
            case NONE -> null;
            case METADATA -> Set.of("requestObject", "responseObject");
            case REQUEST -> Set.of("responseObject");
            case REQUEST_RESPONSE -> Set.<String>of();
        };
        if (left == null) {
            return null;
        }
        var whole = (Node.Mapping) event.document();
        var cut = new Node.Mapping(
                whole.entries().stream()
                        .filter(entry -> !left.contains(entry.key()))
                        .toList(),
                whole.span());
        return new JsonEvent(Source.K8S_AUDIT, event.number(), event.timeNanos(), event.timeNanos(), cut);
    }

    @Test
    void the_suggested_policy_falls_short_of_nothing_and_a_smaller_one_does() throws IOException {
        var rules = upstream();
        assertEquals(List.of(), AuditSuggestion.shortfalls(suggested(rules), rules));

        var small = AuditPolicy.read(new SourceText(
                        "small.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n"))
                .policy()
                .orElseThrow();
        var short1 = AuditSuggestion.shortfalls(small, rules);
        assertTrue(
                short1.stream().anyMatch(each -> each.message().contains("'Create Privileged Pod'")),
                () -> DiagnosticPrinter.print(short1));
    }
}
