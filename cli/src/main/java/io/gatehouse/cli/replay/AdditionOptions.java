// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.format.ExtraFields;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.format.OutputAdditions.Addition;
import io.gatehouse.engine.format.OutputAdditions.ExtraField;
import io.gatehouse.engine.format.OutputAdditions.Match;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.field.Field.Source;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// What is added to the outputs of all rules, as Falco's `append_output` does.
public final class AdditionOptions {
    @Option(names = "--append-output", paramLabel = "TEXT", description = "Appends this to the output of every rule.")
    private String text = "";

    @Option(
            names = "--append-field",
            paramLabel = "KEY[=FORMAT]",
            description = "Adds a field to the output_fields of every rule: a field's value, or a format under a key.")
    private List<String> fields = List.of();

    @Option(
            names = "--suggested-output",
            description = "Appends container and pod to the output of rules over system calls.")
    private boolean suggested;

    /// @throws Refusal an addition cannot be understood by the rules of some source, after that was printed
    OutputAdditions additions(RuleSet rules, PrintWriter err) {
        return additions(
                rules.rules().stream().map(rule -> rule.source()).distinct().toList(), err);
    }

    /// For rules over system calls.
    ///
    /// @throws Refusal an addition cannot be understood, after that was printed
    public OutputAdditions ofSystemCalls(PrintWriter err) {
        return additions(List.of(Source.SYSCALL), err);
    }

    private OutputAdditions additions(List<Source> sources, PrintWriter err) {
        var additions = new ArrayList<Addition>();
        if (suggested) {
            additions.addAll(OutputAdditions.suggested().additions());
        }
        if (!text.isEmpty() || !fields.isEmpty()) {
            additions.add(new Addition(Match.EVERY_RULE, text, extra()));
        }
        var wrong = wrong(sources);
        if (!wrong.isEmpty()) {
            err.print(DiagnosticPrinter.print(wrong));
            err.flush();
            throw Refusal.badInput("what is to be appended is not in order");
        }
        return new OutputAdditions(additions);
    }

    private Map<String, ExtraField> extra() {
        var extra = new LinkedHashMap<String, ExtraField>();
        for (var field : fields) {
            int equals = field.indexOf('=');
            extra.put(
                    equals < 0 ? field : field.substring(0, equals),
                    equals < 0 ? new ExtraField.Raw() : new ExtraField.Formatted(field.substring(equals + 1)));
        }
        return extra;
    }

    private List<Diagnostic> wrong(List<Source> sources) {
        var source = new SourceText("--append-output", text);
        var names = new SourceText("--append-field", String.join(" ", fields));
        var found = new ArrayList<Diagnostic>();
        sources.forEach(of -> {
            if (!text.isEmpty()) {
                found.addAll(OutputFormat.parse(Script.of(source), of).diagnostics());
            }
            found.addAll(ExtraFields.parse(
                            extra(),
                            new Span(names, 1, 1, Math.max(1, names.text().length())),
                            of)
                    .diagnostics());
        });
        return found;
    }
}
