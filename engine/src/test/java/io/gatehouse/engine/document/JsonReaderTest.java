// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.JsonReader.Repeated;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReaderTest {
    private static final Limits SMALL = new Limits(1000, 5, 20);

    @Test
    void every_value_keeps_its_kind_and_its_place() {
        var root = tree("{\n  \"a\": [1, -2.5e3, true, false, null],\n  \"é😀\": \"x\\ny\"}");
        assertEquals("""
                mapping 1:1+1
                  a 2:3+3
                  sequence 2:8+1
                    1 2:9+1
                    -2.5e3 2:12+6
                    true 2:20+4
                    false 2:26+5
                    null 2:33+4
                  é😀 3:3+4
                  'x\ny' 3:9+6
                """, print(root, ""));
    }

    @Test
    void keys_keep_the_order_of_the_text_whatever_their_number() {
        var text = new Random(7)
                .ints(100, 0, Integer.MAX_VALUE)
                .distinct()
                .mapToObj(i -> "\"k" + i + "\":" + i)
                .collect(Collectors.joining(",", "{", "}"));
        var mapping = assertInstanceOf(Node.Mapping.class, tree(text));
        assertEquals(
                text,
                mapping.entries().stream()
                        .map(e -> "\"" + e.key() + "\":" + ((Node.Number) e.value()).literal())
                        .collect(Collectors.joining(",", "{", "}")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1,"a":2}               | GH-1004 1:8+3 key 'a' stands twice
            {"a":1,"\\u0061":2}         | GH-1004 1:8+8 key 'a' stands twice
            {"a":{"b":1}, "b":{}} x     | GH-1503 1:23+1 text follows the document
            {} {}                       | GH-1503 1:4+1 text follows the document
            {"a":                       | GH-1502 1:6+1 the text ends inside a value
            {"a":"b                     | GH-1502 1:8+1 the text ends inside a value
            [1,2                        | GH-1502 1:5+1 the text ends inside a value
            ``                          | GH-1502 1:1+1 the text is empty
            {"a":tru}                   | GH-1002 1:8+1 not JSON at 'u'
            {a:1}                       | GH-1002 1:2+1 not JSON at 'a'
            {'a':1}                     | GH-1002 1:2+1 not JSON at '''
            [1,]                        | GH-1002 1:4+1 not JSON at ']'
            [01]                        | GH-1002 1:2+1 not JSON at '0'
            NaN                         | GH-1002 1:3+1 not JSON at 'N'
            // x                        | GH-1002 1:1+1 not JSON at '/'
            [[[[[[1]]]]]]               | GH-1011 1:6+1 nested deeper than 5 levels
            "123456789012345678901"     | GH-1504 1:1+23 a text has 21 characters, at most 20 are read
            """)
    void a_text_that_two_readers_could_read_differently_is_refused_with_its_place(String text, String expected) {
        assertEquals(expected, fault(text.getBytes(StandardCharsets.UTF_8), SMALL));
    }

    @Test
    void limits_hold_at_the_limit_and_refuse_above_it() {
        tree("[".repeat(5) + "]".repeat(5), SMALL);
        tree("\"" + "x".repeat(20) + "\"", SMALL);
        tree("9".repeat(100), SMALL);
        assertTrue(
                fault("9".repeat(101).getBytes(StandardCharsets.UTF_8), SMALL).startsWith("GH-1504"));
        tree(" ".repeat(999) + "1", SMALL);
        assertEquals("GH-1010 1:1+1 the text has 1001 bytes, at most 1000 are read", fault(new byte[1001], SMALL));
    }

    @Test
    void values_are_counted_however_short_they_are() {
        var limits = new Limits(1000, 5, 20, 4);
        tree("[1,2,3]", limits);
        assertEquals(
                "GH-1010 1:8+1 the text has more than 4 values",
                fault("[1,2,3,4]".getBytes(StandardCharsets.UTF_8), limits));
        assertTrue(fault("{\"a\":{},\"b\":[{},{}]}".getBytes(StandardCharsets.UTF_8), limits)
                .startsWith("GH-1010"));
    }

    @Test
    void depth_far_beyond_the_limit_costs_no_stack() {
        var deep = "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        assertTrue(fault(deep, Limits.DEFAULT).startsWith("GH-1011 1:101"));
    }

    @Test
    void bytes_that_are_no_utf8_are_named_and_placed() {
        assertEquals(
                "GH-1501 2:2+1 byte 0xff is not UTF-8", fault(new byte[] {'[', '\n', '"', (byte) 0xff, '"'}, SMALL));
        assertEquals("GH-1501 1:2+1 byte 0xc3 is not UTF-8", fault(new byte[] {'"', (byte) 0xc3, '"'}, SMALL));
    }

    @Test
    void a_replacement_character_that_was_written_is_a_character() {
        assertEquals(
                "\uFFFD", assertInstanceOf(Node.Text.class, tree("\"\uFFFD\"")).value());
    }

    @Test
    void a_byte_order_mark_is_dropped() {
        assertEquals("1", assertInstanceOf(Node.Number.class, tree("\uFEFF1")).literal());
    }

    @Test
    void a_part_of_a_file_counts_the_lines_of_the_file_and_shows_its_own() {
        var reading = JsonReader.read(
                "audit.log", 17, "{\n \"a\": ?}".getBytes(StandardCharsets.UTF_8), SMALL, Repeated.REFUSED);

        assertEquals("""
                error GH-1002: not JSON at '?': Unexpected character ('?' (code 63))\
                : expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
                  audit.log:18:7
                   |  "a": ?}
                   |       ^
                  why: the text stops being JSON here
                  fix: correct the text at the mark or just before it
                """, DiagnosticPrinter.print(reading.diagnostics()));
    }

    @Test
    void of_a_key_that_stands_twice_the_last_may_hold() {
        var text = "{\"a\":1,\"a\":2,\"b\":3,\"a\":4}" + " ".repeat(3);
        var reading = JsonReader.read("test", 1, text.getBytes(StandardCharsets.UTF_8), SMALL, Repeated.LAST_HOLDS);

        var root = assertInstanceOf(Node.Mapping.class, reading.documents().getFirst());
        assertEquals(
                List.of("a", "b"), root.entries().stream().map(Node.Entry::key).toList());
        assertEquals("4", ((Node.Number) root.get("a").orElseThrow()).literal());
    }

    @Test
    void of_many_keys_that_stand_twice_the_last_holds_in_bounded_time() {
        var text = "{" + "\"k\":0,".repeat(3)
                + IntStream.range(0, 200_000)
                        .mapToObj(i -> "\"k" + i % 50_000 + "\":" + i)
                        .collect(Collectors.joining(","))
                + "}";
        var limits = new Limits(text.length(), 5, 20);
        var reading = JsonReader.read("test", 1, text.getBytes(StandardCharsets.UTF_8), limits, Repeated.LAST_HOLDS);

        var root = assertInstanceOf(Node.Mapping.class, reading.documents().getFirst());
        assertEquals(50_001, root.entries().size());
        assertEquals("150007", ((Node.Number) root.get("k7").orElseThrow()).literal());
    }

    @Test
    void any_damage_to_a_text_gives_a_tree_or_one_diagnostic() {
        var good = "{\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"é\",\"n\":-1.5e3,\"t\":true}],\"x\":null}}"
                .getBytes(StandardCharsets.UTF_8);
        long seed = 20261101;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            var bytes = good.clone();
            for (int change = 0; change <= random.nextInt(3); change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var reading = JsonReader.read("fuzz", bytes, Limits.DEFAULT);
            assertEquals(
                    1, reading.documents().size() + reading.diagnostics().size(), "seed " + seed + " round " + round);
        }
    }

    private static Node tree(String text) {
        return tree(text, Limits.DEFAULT);
    }

    private static Node tree(String text, Limits limits) {
        var reading = JsonReader.read("test", text.getBytes(StandardCharsets.UTF_8), limits);
        assertEquals(List.of(), reading.diagnostics());
        return reading.documents().getFirst();
    }

    private static String fault(byte[] bytes, Limits limits) {
        var reading = JsonReader.read("test", bytes, limits);
        assertEquals(List.of(), reading.documents());
        assertEquals(1, reading.diagnostics().size());
        var diagnostic = reading.diagnostics().getFirst();
        return diagnostic.code() + " " + place(diagnostic.span()) + " "
                + diagnostic.message().replaceAll("(not JSON at '.'): .+", "$1");
    }

    private static String print(Node node, String indent) {
        return switch (node) {
            case Node.Mapping(var entries, var span) -> {
                var out = new StringBuilder(indent + "mapping " + place(span) + "\n");
                for (var entry : entries) {
                    out.append(indent).append("  ").append(entry.key()).append(' ');
                    out.append(place(entry.keySpan())).append('\n').append(print(entry.value(), indent + "  "));
                }
                yield out.toString();
            }
            case Node.Sequence(var items, var span) ->
                indent + "sequence " + place(span) + "\n"
                        + items.stream().map(i -> print(i, indent + "  ")).collect(Collectors.joining());
            case Node.Text(var value, var span) -> indent + "'" + value + "' " + place(span) + "\n";
            case Node.Bool(var value, var span) -> indent + value + " " + place(span) + "\n";
            case Node.Number(var literal, var span) -> indent + literal + " " + place(span) + "\n";
            case Node.Null(var span) -> indent + "null " + place(span) + "\n";
        };
    }

    private static String place(Span span) {
        return span.line() + ":" + span.column() + "+" + span.length();
    }
}
