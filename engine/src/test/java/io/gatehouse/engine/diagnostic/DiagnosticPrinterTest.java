// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticPrinterTest {
    @Test
    void a_message_has_the_form_of_the_style_guide() {
        var text = "a: 1\nb: 2\nc: 3\n  condition: evt.type = open and fd.nmae startswith /etc\n";
        var diagnostic = new Diagnostic(
                "GH-1203",
                Diagnostic.Severity.ERROR,
                new Span(new SourceText("policies/runtime/shell/rules.yaml", text), 4, 34, 7),
                "unknown field 'fd.nmae'",
                "no event carries a field of this name",
                "did you mean 'fd.name'? 'gatehouse fields' lists them all");

        assertEquals("""
                error GH-1203: unknown field 'fd.nmae'
                  policies/runtime/shell/rules.yaml:4:34
                   |   condition: evt.type = open and fd.nmae startswith /etc
                   |                                  ^^^^^^^
                  why: no event carries a field of this name
                  fix: did you mean 'fd.name'? 'gatehouse fields' lists them all
                """, DiagnosticPrinter.print(diagnostic));
    }

    @Test
    void a_tab_is_shown_as_wide_as_the_mark_counts_it() {
        assertEquals("""
                   | a:  b: x
                   |     ^
                """, marked("a:\tb: x", 4, 1));
    }

    @Test
    void wide_characters_take_two_columns_and_combining_ones_none() {
        assertEquals("""
                   | 名前: x
                   |       ^
                """, marked("名前: x", 5, 1));
        assertEquals("""
                   | 名前: x
                   | ^^^^
                """, marked("名前: x", 1, 2));
        assertEquals("""
                   | e\u0301: x
                   |    ^
                """, marked("e\u0301: x", 5, 1));
        assertEquals("""
                   | 🔒: x
                   |     ^
                """, marked("🔒: x", 4, 1));
    }

    @Test
    void a_long_line_is_cut_around_the_mark() {
        var line = "x".repeat(500) + "HERE" + "y".repeat(500);

        var shown = marked(line, 501, 4).lines().toList();

        assertEquals("   | …" + "x".repeat(40) + "HERE", shown.get(0).substring(0, 50));
        assertTrue(shown.get(0).endsWith("y…") && shown.get(0).length() < 140, shown.get(0));
        assertEquals("   | " + " ".repeat(41) + "^^^^", shown.get(1));
    }

    @Test
    void a_mark_longer_than_what_is_shown_ends_with_it() {
        var shown = marked("x".repeat(500), 1, 500).lines().toList();

        assertEquals(120, shown.get(1).chars().filter(c -> c == '^').count());
    }

    @Test
    void the_end_of_a_line_can_be_the_place() {
        assertEquals("""
                   | a: [
                   |     ^
                """, marked("a: [", 5, 1));
    }

    @Test
    void no_text_moves_the_cursor_or_turns_the_reading_direction() {
        var hostile = "\u001b[2Ja\u202eb\rc";
        var span = new Span(new SourceText("a\u001b[31m.yaml", hostile), 1, 1, 1);

        var printed = DiagnosticPrinter.print(Code.UNKNOWN_FIELD.at(span, "unknown field '" + hostile + "'"));

        assertTrue(printed.chars().allMatch(c -> c == '\n' || c >= 32 && c != 0x202e), printed);
        assertTrue(printed.startsWith("error GH-1104: unknown field '\\u001b[2Ja\\u202eb\\u000dc'\n"), printed);
    }

    @Test
    void a_file_without_text_has_a_name_and_no_mark() {
        var printed = DiagnosticPrinter.print(
                Code.EMPTY_FILE.at(new Span(new SourceText("a.yaml", ""), 1, 1, 1), "the file holds no policy"));

        assertTrue(printed.startsWith("error GH-1101: the file holds no policy\n  a.yaml\n  why: "), printed);
    }

    @Test
    void several_are_divided_by_an_empty_line() {
        var one = Code.EMPTY_FILE.at(new Span(new SourceText("a.yaml", ""), 1, 1, 1), "one");

        assertEquals(
                DiagnosticPrinter.print(one) + "\n" + DiagnosticPrinter.print(one),
                DiagnosticPrinter.print(List.of(one, one)));
        assertEquals("", DiagnosticPrinter.print(List.of()));
    }

    private static String marked(String line, int column, int length) {
        var span = new Span(new SourceText("a", "first\r\n" + line + "\nlast"), 2, column, length);
        var printed = DiagnosticPrinter.print(Code.NOT_YAML.at(span, "message"));
        return String.join("\n", printed.lines().toList().subList(2, 4)) + "\n";
    }
}
