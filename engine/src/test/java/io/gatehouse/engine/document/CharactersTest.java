// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.YamlReader.Dialect;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CharactersTest {
    @Test
    void a_plain_text_over_several_lines() {
        assertEquals("2:3 a", find("k:\n  a b\n    c  d\n", 'a'));
        assertEquals("3:5 c", find("k:\n  a b\n    c  d\n", 'c'));
        assertEquals("3:8 d", find("k:\n  a b\n    c  d\n", 'd'));
    }

    @Test
    void a_folded_text() {
        var text = "k: >-  # what it is\n  one two\n  three\n\n    four\n  five\n";
        assertEquals("2:8 w", find(text, 'w'));
        assertEquals("5:5 f", find(text, 'f'));
        assertEquals("6:5 v", find(text, 'v'));
    }

    @Test
    void a_literal_text_with_an_anchor_and_indentation() {
        assertEquals("3:6 b", find("k: &x |2\n  a\n     b\n", 'b'));
    }

    @Test
    void text_in_single_quotes() {
        assertEquals("1:10 b", find("k: 'a''''b\n  c'\n", 'b'));
        assertEquals("2:3 c", find("k: 'a''''b\n  c'\n", 'c'));
    }

    @Test
    void text_in_double_quotes_stands_at_its_escapes() {
        var text = "k: \"a\\n\\x41 \\\n    \\\"b\\u00e9c\n\n  d\"\n";
        assertEquals("1:8 A", find(text, 'A'));
        assertEquals("2:7 b", find(text, 'b'));
        assertEquals("2:14 c", find(text, 'c'));
        assertEquals("4:3 d", find(text, 'd'));
    }

    @Test
    void wide_characters_count_as_one() {
        assertEquals("1:7 b", find("k: 𝒳é b\n", 'b'));
    }

    /// Every character that is not blank and not escaped stands in the source where it is said to stand.
    @Test
    void any_text_in_any_style() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            var source = new SourceText("random.yaml", "k: " + scalar(random) + "\nz: 1\n");
            var reading = YamlReader.read(source, Dialect.RULES);
            if (!reading.diagnostics().isEmpty() || reading.documents().isEmpty()) {
                continue;
            }
            if (reading.documents().getFirst() instanceof Node.Mapping mapping
                    && mapping.get("k").orElse(null) instanceof Node.Text text) {
                check(source, text, "-Dgatehouse.seed=" + seed + ", text " + i + ":\n" + source.text());
            }
        }
    }

    private static void check(SourceText source, Node.Text text, String message) {
        var lines = new Lines(source);
        var offsets = Characters.offsets(text, lines);
        var points = text.value().codePoints().toArray();
        int last = -1;
        for (int i = 0; i < points.length; i++) {
            assertTrue(offsets[i] < lines.length() || Character.isWhitespace(points[i]), message);
            if (!Character.isWhitespace(points[i]) && lines.codePoint(offsets[i]) != '\\') {
                assertEquals(points[i], lines.codePoint(offsets[i]), message);
                assertTrue(offsets[i] > last, message);
                last = offsets[i];
            }
        }
        assertTrue(offsets[points.length] <= lines.length(), message);
    }

    private static String scalar(Random random) {
        var style = random.nextInt(5);
        var body = new StringBuilder();
        var pieces = style == 3
                ? new String[] {
                    "a", "B", " ", "  ", "\n  ", "\n\n  ", "\\n", "\\t", "\\\"", "\\\\", "\\x41", "\\\n  ", "\\ ", "é"
                }
                : style == 2
                        ? new String[] {"a", "B", " ", "''", "\n  ", "\n\n  ", "\\", "\"", "é", "\t"}
                        : new String[] {"a", "B", " ", "  ", "\n  ", "\n\n  ", "\n    ", "=", "(", "\\", "é", "'"};
        for (int i = random.nextInt(12); i >= 0; i--) {
            body.append(pieces[random.nextInt(pieces.length)]);
        }
        return switch (style) {
            case 0 -> ">" + (random.nextBoolean() ? "-" : "+") + "\n  x" + body;
            case 1 -> "|" + (random.nextBoolean() ? "" : "2-") + "\n  x" + body;
            case 2 -> "'" + body + "'";
            case 3 -> "\"" + body + "\"";
            default -> (random.nextBoolean() ? "&anchor " : "") + "x" + body;
        };
    }

    /// The place of a character that stands once in the value of the first key.
    private static String find(String yaml, char wanted) {
        var source = new SourceText("input.yaml", yaml);
        var reading = YamlReader.read(source, Dialect.RULES);
        var text = (Node.Text)
                ((Node.Mapping) reading.documents().getFirst()).get("k").orElseThrow();
        var lines = new Lines(source);
        int index = text.value().codePointCount(0, text.value().indexOf(wanted));
        int offset = Characters.offsets(text, lines)[index];
        var span = lines.span(offset, offset + 1);
        return span.line() + ":" + span.column() + " " + wanted;
    }
}
