// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Every rule of Falco's own files loads and means what a real Falco makes of it.
class UpstreamRulesTest {
    private static final List<String> SYSCALL =
            List.of("rules/falco_rules.yaml", "rules/falco-incubating_rules.yaml", "rules/falco-sandbox_rules.yaml");

    @TestFactory
    Stream<DynamicTest> syscall_rules_mean_what_falco_makes_of_them() {
        return compare("compiled/falco_rules.json", List.of("rules/falco_rules.yaml"), 25);
    }

    @TestFactory
    Stream<DynamicTest> audit_rules_mean_what_falco_makes_of_them() {
        return compare("compiled/k8s_audit_rules.json", List.of("rules/k8s_audit_rules.yaml"), 48);
    }

    @TestFactory
    Stream<DynamicTest> every_rules_file_loads_without_an_error() {
        Upstream.assumed();
        return Stream.of("rules", "rules/compat")
                .flatMap(folder -> Upstream.files(folder).stream())
                .filter(file -> file.endsWith(".yaml"))
                .map(file -> DynamicTest.dynamicTest(file, () -> load(List.of(Upstream.file(file)))));
    }

    @Test
    void all_files_of_today_load_together() {
        Upstream.assumed();
        var files = new ArrayList<>(SYSCALL);
        files.add("rules/k8s_audit_rules.yaml");
        assertEquals(
                141, load(files.stream().map(Upstream::file).toList()).rules().size());
    }

    private static RuleSet load(List<SourceText> files) {
        var compilation = RulesCompiler.compile(files, RulesOptions.DEFAULT);
        var errors = compilation.findings().stream()
                .filter(Finding::isError)
                .map(Finding::diagnostic)
                .toList();
        assertTrue(errors.isEmpty(), () -> DiagnosticPrinter.print(errors));
        return compilation.rules().orElseThrow();
    }

    private static Stream<DynamicTest> compare(String expected, List<String> files, int count) {
        Upstream.assumed();
        var set = load(files.stream().map(Upstream::file).toList());
        var rules = Upstream.json(expected);
        assertEquals(count, rules.size());
        var cases = new ArrayList<DynamicTest>();
        for (var rule : rules) {
            var name = rule.get("rule").asString();
            cases.add(DynamicTest.dynamicTest(name, () -> compare(rule, set)));
        }
        return cases.stream();
    }

    private static void compare(JsonNode expected, RuleSet set) {
        var rule = set.rule(expected.get("rule").asString()).orElseThrow();
        var details = set.details().get(rule.name());
        // there what only needs quotes for its parentheses is printed without
        assertEquals(
                expected.get("condition_compiled").asString().replace("\"", ""),
                ConditionPrinter.print(details.expression()).replace("\"", ""));
        assertEquals(Upstream.texts(expected.get("condition_fields")), fields(rule.condition()));
        assertEquals(Upstream.texts(expected.get("operators")), operators(rule.condition()));
        assertEquals(
                Upstream.texts(expected.get("output_fields")),
                details.format().fields().stream()
                        .map(OutputFormat.Use::key)
                        .sorted()
                        .toList());
        assertEquals(Upstream.texts(expected.get("macros")), details.macros());
        assertEquals(Upstream.texts(expected.get("lists")), details.lists());
        if (rule.source() == Source.SYSCALL) {
            assertEquals(Upstream.texts(expected.get("events")), EventKinds.names(rule.kinds()));
        }
    }

    private static List<String> fields(Condition condition) {
        var names = new TreeSet<String>();
        checks(condition).forEach(check -> {
            fields(check.subject(), names);
            if (check.operand() instanceof Operand.Of(var subject)) {
                fields(subject, names);
            }
        });
        return List.copyOf(names);
    }

    private static void fields(Subject subject, TreeSet<String> names) {
        switch (subject) {
            case Subject.Read(var field, var argument) ->
                names.add(field.name()
                        + argument.map(a -> bracketed(field.name(), a)).orElse(""));
            case Subject.Apply apply -> apply.arguments().forEach(inner -> fields(inner, names));
            case Subject.Group(var subjects) -> subjects.forEach(inner -> fields(inner, names));
            case Subject.Constant _ -> {}
        }
    }

    /// An argument of an event is written with a dot.
    private static String bracketed(String field, String argument) {
        return field.equals("evt.arg") ? "." + argument : "[" + argument + "]";
    }

    private static List<String> operators(Condition condition) {
        var words = new TreeSet<String>();
        checks(condition).forEach(check -> words.add(check.operator().word()));
        return List.copyOf(words);
    }

    private static List<Condition.Check> checks(Condition condition) {
        return switch (condition) {
            case Condition.And(var terms) ->
                terms.stream().flatMap(term -> checks(term).stream()).toList();
            case Condition.Or(var terms) ->
                terms.stream().flatMap(term -> checks(term).stream()).toList();
            case Condition.Not(var term) -> checks(term);
            case Condition.Check check -> List.of(check);
        };
    }
}
