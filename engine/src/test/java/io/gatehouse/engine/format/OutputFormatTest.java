// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.Field.Source;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class OutputFormatTest {
    @TestFactory
    Stream<DynamicTest> outputs_are_read_as_the_golden_text_says() {
        return Golden.tests("format/outputs.txt", OutputFormatTest::describe);
    }

    @Test
    void a_field_used_twice_is_one_among_the_fields() {
        var format = parse("%proc.name %evt.type %10proc.name").format().orElseThrow();

        assertEquals(
                List.of("proc.name", "evt.type"),
                format.fields().stream().map(OutputFormat.Use::key).toList());
    }

    @Test
    void a_format_made_lenient_shows_what_is_missing() {
        var format = parse("%proc.name").format().orElseThrow();

        assertEquals(OutputFormat.Missing.DROPS_THE_LINE, format.missing());
        assertEquals(OutputFormat.Missing.IS_SHOWN, format.lenient().missing());
    }

    /// Every text has an answer, and what is no error is wholly in the parts.
    @Test
    void no_text_breaks_the_parser() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var words = List.of(
                "%",
                "proc.name",
                "proc.aname",
                "[",
                "]",
                "2",
                "\"",
                "'",
                "\\",
                "(",
                ")",
                "toupper",
                ",",
                " ",
                "*",
                "evt.arg.flags",
                "container.info",
                "ü",
                "99999999999",
                ".");
        for (int round = 0; round < 20_000; round++) {
            var text = random.ints(random.nextInt(12), 0, words.size())
                    .mapToObj(words::get)
                    .collect(Collectors.joining());
            var parsed = parse(text);
            assertTrue(
                    parsed.format().isPresent() || !parsed.diagnostics().isEmpty(),
                    () -> "seed " + seed + ": no format and no reason for " + text);
            DiagnosticPrinter.print(parsed.diagnostics());
        }
    }

    private static OutputFormat.Parsed parse(String text) {
        return OutputFormat.parse(Script.of(new SourceText("rules.yaml", text)), Source.SYSCALL);
    }

    private static String describe(List<SourceText> files) {
        var text = files.getFirst().text().stripTrailing();
        var parsed = parse(text);
        var out = new StringBuilder(DiagnosticPrinter.print(parsed.diagnostics()));
        parsed.format().ifPresent(format -> describe(format, out));
        return out.toString();
    }

    private static void describe(OutputFormat format, StringBuilder out) {
        out.append(format.missing()).append('\n');
        for (var part : format.parts()) {
            switch (part) {
                case OutputFormat.Part.Text(var bytes) ->
                    out.append("text <").append(ByteText.readable(bytes)).append(">\n");
                case OutputFormat.Part.Value(var subject, int width, var fields) ->
                    out.append("value ")
                            .append(subject(subject))
                            .append(width == 0 ? "" : " in " + width)
                            .append(fields.stream()
                                    .map(use -> " \"" + use.key() + "\"")
                                    .collect(Collectors.joining()))
                            .append('\n');
            }
        }
    }

    private static String subject(Subject subject) {
        return switch (subject) {
            case Subject.Read(var field, var argument) ->
                field.name() + argument.map(a -> "<" + a + ">").orElse("");
            case Subject.Apply(var transformer, var arguments, var type, var shape) ->
                transformer.word()
                        + arguments.stream().map(OutputFormatTest::subject).collect(Collectors.joining(", ", "(", ")"))
                        + ":" + type + ":" + shape;
            case Subject.Group(var subjects) ->
                subjects.stream().map(OutputFormatTest::subject).collect(Collectors.joining(", ", "(", ")"));
            case Subject.Constant(var text) -> "'" + text + "'";
        };
    }
}
