// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.field.Field.Source;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What rules files mean, and what is said of those that mean nothing.
class RulesCompilerTest {
    @TestFactory
    Stream<DynamicTest> what_is_found() {
        return Golden.tests("rule/findings.golden", RulesCompilerTest::findings);
    }

    @TestFactory
    Stream<DynamicTest> what_is_compiled() {
        return Golden.tests("rule/compiled.golden", RulesCompilerTest::compiled);
    }

    private static String findings(List<SourceText> files) {
        var compilation = RulesCompiler.compile(files, options());
        return compilation.findings().stream().map(RulesCompilerTest::show).collect(Collectors.joining("\n"))
                + (compilation.rules().isPresent() ? "\ncompiled" : "\nrefused");
    }

    private static String show(Finding finding) {
        var way = finding.items().stream()
                .map(item -> item.name().isEmpty() ? item.kind() : item.kind() + " '" + item.name() + "'")
                .collect(Collectors.joining(" > "));
        return DiagnosticPrinter.print(finding.diagnostic()) + "  falco: "
                + finding.upstream().orElse("says nothing") + ", " + way + "\n";
    }

    private static String compiled(List<SourceText> files) {
        var compilation = RulesCompiler.compile(files, options());
        if (compilation.rules().isEmpty()) {
            return DiagnosticPrinter.print(compilation.diagnostics());
        }
        var set = compilation.rules().get();
        return set.rules().stream().map(rule -> show(rule, set)).collect(Collectors.joining("\n"));
    }

    private static String show(Rule rule, RuleSet set) {
        var out = new StringBuilder();
        var state = rule.enabled() ? "" : ", off";
        out.append(rule.position()).append(" '").append(rule.name()).append("' ");
        out.append(rule.source().name().toLowerCase(Locale.ROOT)).append(' ');
        out.append(rule.priority().label()).append(' ').append(rule.tags()).append(state);
        rule.capture()
                .ifPresent(
                        time -> out.append(", records ").append(time.toMillis()).append(" ms"));
        out.append("\n  ")
                .append(ConditionPrinter.print(set.details().get(rule.name()).expression()));
        out.append("\n  ")
                .append(rule.output())
                .append("\n  ")
                .append(rule.description())
                .append('\n');
        return out.toString();
    }

    private static RulesOptions options() {
        return RulesOptions.DEFAULT.withSources(Set.of(Source.SYSCALL, Source.K8S_AUDIT));
    }
}
