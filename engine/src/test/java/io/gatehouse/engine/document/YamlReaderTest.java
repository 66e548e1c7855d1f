// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.YamlReader.Dialect;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class YamlReaderTest {
    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("document/yaml.golden", files -> {
            var reading = YamlReader.read(files.getFirst());
            return reading.documents().stream().map(YamlReaderTest::show).collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(reading.diagnostics());
        });
    }

    @Test
    void every_node_knows_its_place_in_code_points() {
        var document =
                (Node.Mapping) read("a: 1\n'𝒳é': [ø, yes]\n").documents().getFirst();

        assertEquals("2:1+4", place(document.entries().get(1).keySpan()));
        var list = (Node.Sequence) document.get("𝒳é").orElseThrow();
        assertEquals("2:7+8", place(list.span()));
        assertEquals("2:8+1", place(list.items().get(0).span()));
        assertEquals("2:11+3", place(list.items().get(1).span()));
    }

    @Test
    void a_byte_order_mark_and_carriage_returns_shift_no_line() {
        var document = (Node.Mapping) read("\uFEFFa: 1\r\nb: 2\r\n").documents().getFirst();

        assertEquals("2:1+1", place(document.entries().get(1).keySpan()));
    }

    /// The library's scanner gave up on these without saying where, and the policy folder's reader with it.
    @Test
    void what_the_scanner_cannot_place_is_no_yaml() {
        assertEquals(List.of(Code.NOT_YAML.id()), codes(read(" ? [\n]&a,").diagnostics()));
    }

    @Test
    void nesting_is_read_down_to_the_limit_and_refused_below_it() {
        int flow = YamlReader.MAX_DEPTH;
        assertEquals(List.of(), read("[".repeat(flow) + "]".repeat(flow)).diagnostics());
        assertEquals(
                List.of(Code.TOO_DEEP.id()),
                codes(read("[".repeat(flow + 1) + "]".repeat(flow + 1)).diagnostics()));
    }

    @Test
    void nesting_through_aliases_counts_as_nesting() {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i <= 60; i++) {
            text.append("a%d: &a%d [[*a%d]]\n".formatted(i, i, i - 1));
        }
        assertTrue(codes(read(text.toString()).diagnostics()).contains(Code.TOO_DEEP.id()));
    }

    @Test
    void a_billion_laughs_are_refused_once() {
        var text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i <= 9; i++) {
            text.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
        }
        assertEquals(
                List.of(Code.TOO_MANY_VALUES.id()), codes(read(text.toString()).diagnostics()));
    }

    @Test
    void a_text_is_read_up_to_its_limit() {
        var most = "a: 1\n# ";
        most += "x".repeat(Dialect.KUBERNETES.maxLength - most.length());
        assertEquals(List.of(), read(most).diagnostics());
        assertEquals(List.of(Code.TEXT_TOO_LARGE.id()), codes(read(most + "x").diagnostics()));
    }

    @Test
    void a_control_character_or_half_a_character_is_refused_at_its_place() {
        assertEquals(
                "2:4+1",
                place(read("a: 1\nb: \u0007\n").diagnostics().getFirst().span()));
        assertEquals("1:4+1", place(read("a: \uD800\n").diagnostics().getFirst().span()));
    }

    private static Reading read(String text) {
        return YamlReader.read(new SourceText("input.yaml", text));
    }

    private static List<String> codes(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(Diagnostic::code).toList();
    }

    private static String place(Span span) {
        return span.line() + ":" + span.column() + "+" + span.length();
    }

    /// A tree in one line, each kind of node in a spelling of its own.
    static String show(Node node) {
        return switch (node) {
            case Node.Mapping mapping ->
                mapping.entries().stream()
                        .map(e -> e.key() + ": " + show(e.value()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Node.Sequence sequence ->
                sequence.items().stream().map(YamlReaderTest::show).collect(Collectors.joining(", ", "[", "]"));
            case Node.Text text -> '"' + text.value().replace("\n", "\\n") + '"';
            case Node.Bool bool -> Boolean.toString(bool.value());
            case Node.Number number -> "#" + number.literal();
            case Node.Null _ -> "null";
        };
    }
}
