// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.field.Field.Source;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FormatterTest {
    private static final Map<String, Object> NOTHING = Map.of();

    @Test
    void a_missing_field_drops_the_line_unless_the_format_begins_with_a_star() {
        assertEquals(Optional.empty(), formatter("proc=%proc.name").line(NOTHING));
        assertEquals(Optional.of("proc=<NA>"), formatter("*proc=%proc.name").line(NOTHING));
    }

    @Test
    void a_width_cuts_and_fills() {
        var event = Map.<String, Object>of("proc.name", "init");

        assertEquals("start in end", line("start %2proc.name end", event));
        assertEquals("start init       end", line("start %10proc.name end", event));
        assertEquals("start <N end", line("*start %2proc.name end", NOTHING));
    }

    @Test
    void text_right_behind_a_field_is_text() {
        assertEquals(
                "startinitand7end", line("start%proc.nameand%proc.pidend", Map.of("proc.name", "init", "proc.pid", 7)));
    }

    @Test
    void a_list_stands_in_parentheses_and_is_a_list_in_json() {
        var formatter = new Formatter<>(
                OutputFormat.parse(script("%ka.user.groups"), Source.K8S_AUDIT)
                        .format()
                        .orElseThrow(),
                new MapReaders(),
                Buffers.DOTS);
        var event = Map.<String, Object>of("ka.user.groups", new String[] {"a", "b c"});

        assertEquals("(a,b c)", formatter.line(event).orElseThrow());
        assertEquals("{ka.user.groups=[\"a\",\"b c\"]}", json(formatter, event));
    }

    @Test
    void all_ancestors_are_one_line_and_either_end_is_nothing_to_print() {
        var event = Map.<String, Object>of("proc.aname", new String[] {"sh", "init"}, "fd.port", new long[] {1, 2});

        assertEquals("sh init <NA>", line("*%proc.aname %fd.port", event));
        assertEquals("{fd.port=null, proc.aname=\"sh init\"}", json(formatter("*%proc.aname %fd.port"), event));
    }

    @Test
    void numbers_are_printed_by_their_type() {
        var event = Map.<String, Object>of(
                "fd.dev", 0xfd00L,
                "evt.rawtime.ns", 42L,
                "evt.num", -1L,
                "proc.pid", -1L,
                "evt.is_io_read", 1L,
                "thread.cpu", Double.doubleToRawLongBits(2.25));
        var format = "%fd.dev %evt.rawtime.ns %evt.num %proc.pid %evt.is_io_read %thread.cpu";

        assertEquals("FD00 000000042 18446744073709551615 -1 true 2.3", line(format, event));
        assertEquals(
                "{evt.is_io_read=true, evt.num=18446744073709551615, evt.rawtime.ns=42, fd.dev=\"FD00\", "
                        + "proc.pid=-1, thread.cpu=2.25}",
                json(formatter(format), event));
    }

    @Test
    void transformers_change_the_line_and_not_the_fields() {
        var event = Map.<String, Object>of("proc.name", "bash", "evt.arg[path]", "/tmp/x");
        var format = "*%toupper(proc.name) %6toupper(proc.name)| %2len(proc.name)| "
                + "%join('->', (proc.name, evt.arg.path)) %toupper(proc.exe)";

        assertEquals("BASH BASH  | 4 | bash->/tmp/x <NA>", line(format, event));
        assertEquals("{evt.arg.path=\"/tmp/x\", proc.exe=null, proc.name=\"bash\"}", json(formatter(format), event));
    }

    @Test
    void addresses_are_printed_as_people_write_them() {
        assertEquals("10.0.0.255", line("%fd.sip", Map.of("fd.sip", "\n\0\0\u00ff")));
        assertEquals("::1", address("00000000000000000000000000000001"));
        assertEquals("::", address("00000000000000000000000000000000"));
        assertEquals("fe80::1:0:0:1", address("fe800000000000000001000000000001"));
        assertEquals("2001:db8::1:0:0:1", address("20010db8000000000001000000000001"));
        assertEquals("1:0:2:3:4:5:6:7", address("00010000000200030004000500060007"));
        assertEquals("1::", address("00010000000000000000000000000000"));
        assertEquals("::ffff:10.0.0.1", address("00000000000000000000ffff0a000001"));
    }

    @Test
    void times_are_text_in_a_line_and_nanoseconds_in_json() {
        var event = Map.<String, Object>of("evt.time", "15:14:22.892739231", "evt.rawtime", 1690557262892739231L);

        assertEquals("15:14:22.892739231", line("%evt.time", event));
        assertEquals("{evt.time=1690557262892739231}", json(formatter("%evt.time"), event));
    }

    @Test
    void raw_bytes_are_dots_or_base64() {
        var event = Map.<String, Object>of("evt.buffer", "a\n\u00ffz");
        var base64 = new Formatter<>(parse("%evt.buffer"), new MapReaders(), Buffers.BASE64);

        assertEquals("a..z", line("%evt.buffer", event));
        assertEquals("YQr/eg==", base64.line(event).orElseThrow());
    }

    @Test
    void what_is_not_utf_8_becomes_the_replacement_character() {
        assertEquals("\u00fc \ufffd", line("ü %proc.name", Map.of("proc.name", "\u00ff")));
    }

    @Test
    void keys_are_as_written_with_their_arguments() {
        assertEquals(
                "{evt.arg.flags=null, evt.arg[flags]=null, proc.aname[2]=null, proc.env[\"a b\"]=null}",
                json(formatter("*%proc.aname[2] %evt.arg.flags %evt.arg[flags] %proc.env['a b']"), NOTHING));
    }

    private static String address(String hex) {
        var bytes = new StringBuilder();
        for (int i = 0; i < hex.length(); i += 2) {
            bytes.append((char) Integer.parseInt(hex, i, i + 2, 16));
        }
        return line("%fd.sip", Map.of("fd.sip", bytes.toString()));
    }

    private static String line(String format, Map<String, Object> event) {
        return formatter(format).line(event).orElseThrow();
    }

    private static String json(Formatter<Map<String, Object>> formatter, Map<String, Object> event) {
        var texts = new TreeMap<String, String>();
        formatter.values(event).forEach((key, value) -> texts.put(key, value.json()));
        return texts.toString();
    }

    private static Formatter<Map<String, Object>> formatter(String format) {
        return new Formatter<>(parse(format), new MapReaders(), Buffers.DOTS);
    }

    private static OutputFormat parse(String format) {
        return OutputFormat.parse(script(format), Source.SYSCALL).format().orElseThrow();
    }

    private static Script script(String text) {
        return Script.of(new SourceText("format", text));
    }
}
