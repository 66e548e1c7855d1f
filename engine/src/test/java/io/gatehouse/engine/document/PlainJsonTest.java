// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.JsonReader.Repeated;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The short way and the careful way, on the same texts.
class PlainJsonTest {
    private static final int DOCUMENTS = 20_000;
    /// Small, so that texts by chance reach them.
    private static final Limits LIMITS = new Limits(10_000, 6, 12, 60);

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\t",
        "\r",
        "\"",
        "\\",
        "a",
        "\"a\"",
        "\"b\":",
        "1",
        "-",
        "0",
        ".5",
        "e3",
        "true",
        "fals",
        "null",
        "\\n",
        "\\u0041",
        "\"\\\"\"",
        "\"x\\/\\b\\f\\n\\r\\ty\"",
        "\u00e9",
        "\ud83d\ude00",
        "\u0001",
        "\u007f"
    };

    @Test
    void what_the_short_way_reads_the_careful_way_reads_alike() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var chance = new Random(seed);
        int read = 0;
        int left = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            var whole = new StringBuilder();
            value(chance, whole, 0);
            var text = chance.nextInt(3) == 0 ? whole.toString() : damaged(whole, chance);
            var careful = careful(text);
            var plain = plain(text);
            var told = "seed " + seed + ": " + text;
            if (plain.isPresent()) {
                assertEquals(1, careful.documents().size(), told + careful.diagnostics());
                assertEquals(careful.documents().getFirst(), plain.get(), told);
                read++;
            } else if (!careful.documents().isEmpty()) { // it may leave this to the other, for one of these reasons
                assertTrue(text.chars().anyMatch(c -> c > 127 || c == '\r') || text.contains("\\u"), told);
            } else {
                left++;
            }
        }
        assertTrue(read > DOCUMENTS / 4 && left > DOCUMENTS / 4, read + " read, " + left + " faulty, seed " + seed);
    }

    /// Each at its limit and one above.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[[[[[]]]]]]",
                "[[[[[[[]]]]]]]",
                "\"123456789012\"",
                "\"1234567890123\"",
                "\"12345678901\\n\"",
                "\"123456789012\\n\"",
                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                        + "1,1,1,1,1,1]",
                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                        + "1,1,1,1,1,1,1]"
            })
    void limits_are_the_same(String text) {
        assertEquals(careful(text).documents().stream().findFirst(), plain(text));
    }

    @Test
    void a_number_and_a_key_have_the_same_limits() {
        for (int length : new int[] {100, 101}) {
            var number = "1".repeat(length);
            assertEquals(careful(number).documents().stream().findFirst(), plain(number));
        }
        for (int length : new int[] {4096, 4097}) {
            var object = "{\"" + "k".repeat(length) + "\": 1}";
            assertEquals(careful(object).documents().stream().findFirst(), plain(object));
        }
    }

    @Test
    void a_key_that_stands_twice_is_left_to_the_careful_way_however_many_there_are() {
        for (int keys : new int[] {1, 23, 24, 25, 50}) {
            var object = new StringBuilder("{");
            for (int i = 0; i < keys; i++) {
                object.append("\"k").append(i).append("\": 1, ");
            }
            assertTrue(plain(object + "\"other\": 1}").isPresent());
            assertEquals(Optional.empty(), plain(object + "\"k0\": 1}"));
            assertEquals(Optional.empty(), plain(object + "\"k" + (keys - 1) + "\": 1}"));
        }
    }

    @Test
    void a_byte_order_mark_moves_no_place() {
        var text = "{\"a\":\n [1]}";
        var bytes = ("\ufeff" + text).getBytes(StandardCharsets.UTF_8);
        var source = new SourceText("test", text);
        assertEquals(
                careful(text).documents().getFirst(),
                PlainJson.read(source, bytes, 3, LIMITS).orElseThrow());
    }

    private static Optional<Node> plain(String text) {
        return PlainJson.read(new SourceText("test", text), text.getBytes(StandardCharsets.UTF_8), 0, LIMITS);
    }

    private static Reading careful(String text) {
        return JsonReader.carefully(new SourceText("test", text), LIMITS, Repeated.REFUSED);
    }

    private static String damaged(StringBuilder text, Random chance) {
        for (int i = chance.nextInt(3); i >= 0; i--) {
            int at = chance.nextInt(text.length() + 1);
            switch (chance.nextInt(3)) {
                case 0 -> text.insert(at, PIECES[chance.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + chance.nextInt(3)));
                default -> text.setLength(Math.max(1, at));
            }
        }
        return new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8); // no half pairs
    }

    private static void value(Random chance, StringBuilder text, int depth) {
        space(chance, text);
        switch (chance.nextInt(depth > 4 ? 4 : 7)) {
            case 0 -> text.append(new String[] {"true", "false", "null"}[chance.nextInt(3)]);
            case 1 -> text.append(new String[] {"0", "-0", "12", "-7.25", "1e5", "3.1E-2", "10e+3"}[chance.nextInt(7)]);
            case 2, 3 -> string(chance, text, "");
            case 4 -> {
                text.append('[');
                for (int i = 0, count = chance.nextInt(4); i < count; i++) {
                    text.append(i == 0 ? "" : ",");
                    value(chance, text, depth + 1);
                    space(chance, text);
                }
                text.append(']');
            }
            default -> {
                text.append('{');
                space(chance, text);
                for (int i = 0, count = chance.nextInt(4); i < count; i++) {
                    text.append(i == 0 ? "" : ",");
                    string(chance, text, Integer.toString(i));
                    space(chance, text);
                    text.append(':');
                    value(chance, text, depth + 1);
                    space(chance, text);
                }
                text.append('}');
            }
        }
        space(chance, text);
    }

    private static void string(Random chance, StringBuilder text, String start) {
        text.append('"').append(start);
        for (int i = chance.nextInt(4); i > 0; i--) {
            text.append(new String[] {"a", "b/", "\\n", "\\\"", "\\\\", "{", "\u007f", "xyz"}[chance.nextInt(8)]);
        }
        text.append('"');
    }

    private static void space(Random chance, StringBuilder text) {
        while (chance.nextInt(3) == 0) {
            text.append(new String[] {" ", "\n", "\t"}[chance.nextInt(3)]);
        }
    }
}
