// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// What a real Falco says of small rules files, case by case: accepted or refused, its codes and what they are about,
/// and what it makes of each rule.
class UpstreamLoaderTest {
    /// Falco stops at its first error; these we find besides, and why they are true.
    private static final Map<String, List<String>> MORE = Map.of(
            // Two more rules of the file use what does not exist.
            "TestFalco_Legacy_SkipUnknownError",
            List.of("LOAD_ERR_COMPILE_CONDITION condition expression ''", "LOAD_ERR_COMPILE_OUTPUT rule output ''"),
            // The key in the place of the missing one.
            "TestFalco_Legacy_InvalidListWithoutItems",
            List.of("LOAD_UNKNOWN_KEY list 'bad_list'"),
            "TestFalco_Legacy_InvalidMacroWithoutCondition",
            List.of("LOAD_UNKNOWN_KEY macro 'bad_macro'"),
            // The single field also has a list for a value.
            "exceptions_modifier_op_invalid_base_operator_scalar_field",
            List.of("LOAD_ERR_VALIDATE exception 'ex'"));

    @TestFactory
    Stream<DynamicTest> loader_cases() {
        Upstream.assumed();
        var cases = Upstream.json("expected.json").get("loader");
        assertEquals(49, cases.size());
        return stream(cases)
                .map(expected -> DynamicTest.dynamicTest(expected.get("case").asString(), () -> loaderCase(expected)));
    }

    @TestFactory
    Stream<DynamicTest> regression_cases() {
        Upstream.assumed();
        var cases = stream(Upstream.json("expected.json").get("regress"))
                .filter(expected -> expected.has("validate"))
                .toList();
        assertEquals(20, cases.size());
        return cases.stream()
                .map(expected ->
                        DynamicTest.dynamicTest(expected.get("test").asString(), () -> regressionCase(expected)));
    }

    /// Falco ran them, so they load.
    @TestFactory
    Stream<DynamicTest> rules_of_the_other_regression_cases_load() {
        Upstream.assumed();
        var cases = stream(Upstream.json("expected.json").get("regress"))
                .filter(expected -> !expected.has("validate"))
                .toList();
        assertEquals(88, cases.size());
        return cases.stream()
                .map(expected -> DynamicTest.dynamicTest(expected.get("test").asString(), () -> {
                    var files = Upstream.texts(expected.get("rules")).stream()
                            .map(Upstream::rules)
                            .toList();
                    var compilation = RulesCompiler.compile(files, RulesOptions.DEFAULT);
                    assertTrue(
                            compilation.rules().isPresent(), () -> DiagnosticPrinter.print(compilation.diagnostics()));
                }));
    }

    /// Falco compiles file by file, so what it says of one is what the files up to it give.
    private static void loaderCase(JsonNode expected) {
        var files = Upstream.texts(expected.get("files")).stream()
                .map(name -> Upstream.file("loader/" + name))
                .toList();
        var options = RulesOptions.DEFAULT.withSources(Set.of(Source.SYSCALL));
        for (int i = 0; i < files.size(); i++) {
            var compilation = RulesCompiler.compile(files.subList(0, i + 1), options);
            var result = expected.get("results").get(i);
            var wanted = findings(result);
            wanted.addAll(MORE.getOrDefault(expected.get("case").asString(), List.of()));
            wanted.sort(null);
            assertEquals(wanted, findings(compilation, files.get(i)));
            assertEquals(
                    result.get("successful").asBoolean(), compilation.rules().isPresent());
        }
        var rules = RulesCompiler.compile(files, options).rules();
        if (expected.has("rules") && rules.isPresent()) {
            assertEquals(rules(expected.get("rules")), rules(rules.get()));
        }
    }

    private static void regressionCase(JsonNode expected) {
        var files = Upstream.texts(expected.get("rules")).stream()
                .map(Upstream::rules)
                .toList();
        var more = MORE.getOrDefault(expected.get("test").asString(), List.of());
        var options = RulesOptions.DEFAULT;
        for (int i = 0; i < files.size(); i++) {
            var compilation = RulesCompiler.compile(files.subList(0, i + 1), options);
            var result = expected.get("validate").get(i);
            var wanted = findings(result);
            wanted.addAll(more);
            wanted.sort(null);
            assertEquals(wanted, findings(compilation, files.get(i)));
            assertEquals(
                    result.get("successful").asBoolean(), compilation.rules().isPresent());
        }
    }

    /// `CODE kind 'name'`, sorted. The measurements have an error with the whole way to it or its last step.
    private static List<String> findings(JsonNode result) {
        var findings = new ArrayList<String>();
        for (var key : List.of("errors", "warnings")) {
            for (var finding : result.get(key)) {
                if (finding.isArray()) {
                    findings.add(line(finding.get(0), finding.get(2), finding.get(3)));
                } else {
                    var items = finding.get("items");
                    var item = items == null ? finding.get("item") : items.get(items.size() - 1);
                    findings.add(line(finding.get("code"), item.get(0), item.get(1)));
                }
            }
        }
        findings.sort(null);
        return findings;
    }

    private static String line(JsonNode code, JsonNode kind, JsonNode name) {
        return code.asString() + " " + kind.asString() + " '" + name.asString() + "'";
    }

    private static List<String> findings(RulesCompilation compilation, SourceText file) {
        var findings = new ArrayList<String>();
        for (var finding : compilation.findings()) {
            if (finding.diagnostic().span().source() == file
                    && finding.upstream().isPresent()) {
                var item = finding.items().getLast();
                findings.add(finding.upstream().get() + " " + item.kind() + " '" + item.name() + "'");
            }
        }
        findings.sort(null);
        return findings;
    }

    private static Map<String, Object> rules(JsonNode expected) {
        var rules = new TreeMap<String, Object>();
        for (var rule : expected) {
            var events = rule.get("events");
            rules.put(
                    rule.get("name").asString(),
                    List.of(
                            rule.get("condition_compiled").asString(),
                            rule.get("output_compiled").asString(),
                            rule.get("enabled").asBoolean(),
                            rule.get("priority").asString(),
                            Upstream.texts(rule.get("tags")),
                            events.isArray() ? Upstream.texts(events) : EventKinds.names(EventKinds.all())));
        }
        return rules;
    }

    private static Map<String, Object> rules(RuleSet set) {
        var rules = new TreeMap<String, Object>();
        for (var rule : set.rules()) {
            rules.put(
                    rule.name(),
                    List.of(
                            ConditionPrinter.print(
                                    set.details().get(rule.name()).expression()),
                            rule.output(),
                            rule.enabled(),
                            rule.priority().label(),
                            rule.tags(),
                            EventKinds.names(rule.kinds())));
        }
        return rules;
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        assertTrue(list.isArray());
        var nodes = new ArrayList<JsonNode>();
        list.forEach(nodes::add);
        return nodes.stream();
    }
}
