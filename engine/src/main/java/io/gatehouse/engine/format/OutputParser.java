// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.condition.SubjectReader;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.format.OutputFormat.Missing;
import io.gatehouse.engine.format.OutputFormat.Parsed;
import io.gatehouse.engine.format.OutputFormat.Part;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads one output. Used once.
///
/// After a percent sign stands the longest text that is a field, with its argument, or a transformer; what follows is
/// text again, so that `%proc.nameand` is `proc.name` and `and`.
final class OutputParser {
    /// Once the place for container fields; outputs still carry it, and it is nothing.
    private static final String CONTAINER_INFO = "container.info";

    /// No terminal is as wide, and a wider one would only cost memory.
    private static final int WIDEST = 4096;

    private final Script script;
    private final String text;
    private final SubjectReader subjects;
    private final List<Part> parts = new ArrayList<>();
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final StringBuilder pending = new StringBuilder();
    private int at;

    OutputParser(Script script, Source source) {
        this.script = script;
        this.text = script.text();
        this.subjects = new SubjectReader(script, FieldCatalogue.current(), source);
    }

    Parsed parse() {
        var missing = star();
        while (at < text.length()) {
            if (text.charAt(at) == '%') {
                percent();
            } else {
                pending.append(text.charAt(at++));
            }
        }
        endText();
        boolean wrong = diagnostics.stream().anyMatch(d -> d.severity() == Severity.ERROR);
        return new Parsed(wrong ? Optional.empty() : Optional.of(new OutputFormat(missing, parts)), diagnostics);
    }

    private Missing star() {
        if (!text.startsWith("*")) {
            return Missing.DROPS_THE_LINE;
        }
        at = 1;
        return Missing.IS_SHOWN;
    }

    private void percent() {
        int percent = at++;
        if (text.startsWith(CONTAINER_INFO, at)) {
            at += CONTAINER_INFO.length();
            diagnostics.add(Code.OUTPUT_CONTAINER_INFO.at(
                    script.span(percent, at), "'%container.info' has no meaning any more and is left out"));
            return;
        }
        int width = width();
        var found = subjects.at(at);
        diagnostics.addAll(found.diagnostics());
        if (found.subject().isPresent()) {
            endText();
            var fields = found.fields().stream().map(OutputParser::use).toList();
            parts.add(new Part.Value(found.subject().get(), width, fields));
        } else if (found.diagnostics().isEmpty()) {
            diagnostics.add(Code.OUTPUT_NOT_A_FIELD.at(script.span(percent, found.end()), "no field follows '%'"));
        }
        at = found.end();
    }

    private static OutputFormat.Use use(SubjectReader.FieldRead field) {
        var argument = field.argument().map(ByteText::readable).map(Quoted::argument);
        return new OutputFormat.Use(field.name() + argument.orElse(""), field.read());
    }

    /// Digits before the field.
    private int width() {
        int start = at;
        long width = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            width = Math.min(WIDEST + 1L, 10 * width + text.charAt(at++) - '0');
        }
        if (width > WIDEST) {
            diagnostics.add(Code.OUTPUT_WIDTH.at(
                    script.span(start, at), "a width of " + text.substring(start, at) + " is above " + WIDEST));
        }
        return (int) width;
    }

    private void endText() {
        if (!pending.isEmpty()) {
            parts.add(new Part.Text(ByteText.of(pending.toString())));
            pending.setLength(0);
        }
    }
}
