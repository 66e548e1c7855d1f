// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static final SourceText YAML = new SourceText("rules.yaml", """
            condition: >
              evt.type = open and
              fd.nmae = "😀x" and proc.nam = y
            """);
    private static final Lines LINES = new Lines(YAML);

    @Test
    void a_folded_condition_points_at_the_lines_it_was_written_in() {
        var script = folded();

        assertEquals("evt.type = open and fd.nmae = \"😀x\" and proc.nam = y", script.text());
        assertEquals(span(2, 3, 8), script.span(0, 8));
        assertEquals(span(3, 3, 7), script.span(20, 27));
        assertEquals(span(3, 13, 4), script.span(30, 35)); // two surrogates are one column
        assertEquals(span(3, 22, 8), script.span(40, 48));
    }

    @Test
    void a_span_over_two_lines_ends_with_the_first() {
        assertEquals(span(2, 14, 8), folded().span(11, 27));
    }

    @Test
    void the_place_after_the_end_is_after_the_last_character() {
        var script = folded();

        assertEquals(
                span(3, 34, 1),
                script.span(script.text().length(), script.text().length() + 1));
    }

    @Test
    void joined_scripts_keep_their_places() {
        var other = new SourceText("local.yaml", "and x.y = 1");
        var place = new Span(other, 1, 1, 3);
        var script = Script.builder(place)
                .script(folded())
                .made(" ", place)
                .script(Script.of(other))
                .build();

        assertEquals(span(3, 3, 7), script.span(20, 27));
        assertEquals(
                new Span(other, 1, 5, 3),
                script.span(script.text().indexOf("x.y"), script.text().indexOf("x.y") + 3));
        assertEquals(
                "",
                DiagnosticPrinter.print(
                        ConditionParser.parse(script, Lists.NONE).diagnostics()));
    }

    @Test
    void an_empty_script_points_at_its_place() {
        var place = span(1, 1, 9);
        var parsed = ConditionParser.parse(Script.builder(place).build(), Lists.NONE);

        assertEquals(place, parsed.diagnostics().getFirst().span());
    }

    /// As the loader makes it: the fold is a blank that stands nowhere.
    private static Script folded() {
        return Script.builder(span(1, 1, 9))
                .verbatim("evt.type = open and", LINES, 15)
                .made(" ", span(2, 21, 1))
                .verbatim("fd.nmae = \"😀x\" and proc.nam = y", LINES, 37)
                .build();
    }

    private static Span span(int line, int column, int length) {
        return new Span(YAML, line, column, length);
    }
}
