// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.Converter.Outcome;
import io.gatehouse.schemas.event.ConversionTable;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType.Direction;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConverterTest {
    private final Converter converter = new Converter();

    @Test
    void the_start_of_a_call_is_kept_until_its_end_which_then_tells_both() {
        assertEquals(Outcome.NOTHING, converter.convert(event(4, 42, "0300000000000000")));
        var close = event(5, 42, "0000000000000000");
        assertEquals(Outcome.EVENT, converter.convert(close));
        assertParams(close, 5, "0000000000000000", "0300000000000000");
    }

    @Test
    void an_end_without_its_start_has_the_default_or_nothing() {
        var close = event(5, 42, "0000000000000000");
        assertEquals(Outcome.EVENT, converter.convert(close));
        assertParams(close, 5, "0000000000000000", "0000000000000000");

        var link = event(105, 42, "0000000000000000");
        assertEquals(Outcome.EVENT, converter.convert(link));
        assertParams(link, 309, "0000000000000000", "", "");
    }

    @Test
    void the_start_of_another_call_or_of_another_thread_is_not_taken() {
        converter.convert(event(4, 42, "0300000000000000"));
        converter.convert(event(6, 43, "0400000000000000", "05000000"));
        for (long tid : new long[] {43, 44}) {
            var close = event(5, tid, "0000000000000000");
            converter.convert(close);
            assertParams(close, 5, "0000000000000000", "0000000000000000");
        }
    }

    @Test
    void a_start_is_taken_once() {
        converter.convert(event(4, 42, "0300000000000000"));
        converter.convert(event(5, 42, "0000000000000000"));
        var close = event(5, 42, "0000000000000000");
        converter.convert(close);
        assertParams(close, 5, "0000000000000000", "0000000000000000");
    }

    @Test
    void a_number_that_was_wider_is_cut_to_todays_width() {
        converter.convert(event(296, 1, "0500000000000000"));
        var bpf = event(297, 1, "0300000000000000");
        converter.convert(bpf);
        assertParams(bpf, 369, "0300000000000000", "05000000");
    }

    @Test
    void the_oldest_form_goes_through_all_forms_since() {
        var execve = event(13, 1, "00", "61", "62", "03", "04", "05", "2f", "07");
        assertEquals(Outcome.EVENT, converter.convert(execve));
        assertEquals(293, execve.code());
        assertEquals(execve.type().params().size(), execve.paramCount());
        assertEquals("2f", hex(execve, 6));
    }

    @Test
    void a_start_that_guards_against_races_is_for_the_state_alone_and_still_remembered() {
        var connect = event(22, 1, "0300000000000000", "02");
        assertEquals(Outcome.ENTER, converter.convert(connect));
        var end = event(23, 1, "0000000000000000", "0a");
        assertEquals(Outcome.EVENT, converter.convert(end));
        assertEquals(end.type().params().size(), end.paramCount());
        assertEquals("0300000000000000", hex(end, end.type().paramIndex("fd")));
    }

    @Test
    void a_container_of_the_oldest_form_becomes_json_that_can_be_read_whatever_it_is_called() {
        var container = event(228, 1, "613100", "01000000", "6e2200", "690a00");
        assertEquals(Outcome.EVENT, converter.convert(container));
        assertEquals(324, container.code());
        assertEquals("{\"id\":\"a1\",\"type\":1,\"name\":\"n\\\"\",\"image\":\"i\\u000a\"}", container.text(0));
    }

    @Test
    void an_event_of_today_is_left_as_it_is() {
        var close = event(5, 1, "0100000000000000", "0200000000000000");
        var bytes = close.bytes();
        assertEquals(Outcome.EVENT, converter.convert(close));
        assertEquals(bytes, close.bytes());
    }

    @Test
    void an_event_of_no_known_form_is_left_out_and_counted() {
        assertEquals(Outcome.NOTHING, converter.convert(event(5, 1)));
        assertEquals(1, converter.unknown());
    }

    /// Every line of the table, with and without a start before it.
    @Test
    void every_conversion_ends_in_todays_form() {
        var random = new Random(7);
        for (var conversion : ConversionTable.current().all()) {
            for (var start : ConversionTable.current().all()) {
                if (start.code() != conversion.code() - 1) {
                    continue;
                }
                converter.convert(filled(start.code(), start.params(), random));
            }
            for (int round = 0; round < 2; round++) {
                var event = filled(conversion.code(), conversion.params(), random);
                var outcome = converter.convert(event);
                var name = conversion.toString();
                if (outcome == Outcome.EVENT) {
                    assertEquals(event.type().params().size(), event.paramCount(), name);
                }
                if (EventTable.current().byCode(conversion.code()).direction() == Direction.EXIT) {
                    assertEquals(Outcome.EVENT, outcome, name);
                }
            }
        }
        assertEquals(0, converter.unknown());
    }

    @Test
    void too_many_threads_in_a_call_are_forgotten_at_once_and_counted() {
        for (long tid = 0; tid <= Enters.MOST_THREADS; tid++) {
            converter.convert(event(4, tid, "0300000000000000"));
        }
        assertEquals(Enters.MOST_THREADS, converter.forgotten());
        var last = event(5, Enters.MOST_THREADS, "0000000000000000");
        converter.convert(last);
        assertParams(last, 5, "0000000000000000", "0300000000000000");
        var first = event(5, 0, "0000000000000000");
        converter.convert(first);
        assertParams(first, 5, "0000000000000000", "0000000000000000");
    }

    private static Event filled(int code, int params, Random random) {
        var values = new String[params];
        for (int i = 0; i < params; i++) {
            var bytes = new byte[1 + random.nextInt(12)];
            random.nextBytes(bytes);
            values[i] = HexFormat.of().formatHex(bytes);
        }
        return event(code, 9, values);
    }

    private static Event event(int code, long tid, String... params) {
        var bytes = HexFormat.of().parseHex(String.join("", params));
        var event = new Event().begin(code, 1, 1, tid, 0, bytes);
        int offset = 0;
        for (var param : params) {
            event.param(offset, param.length() / 2);
            offset += param.length() / 2;
        }
        return event;
    }

    private static void assertParams(Event event, int code, String... params) {
        assertEquals(code, event.code());
        assertEquals(params.length, event.paramCount());
        for (int i = 0; i < params.length; i++) {
            assertEquals(params[i], hex(event, i), "parameter " + i);
        }
    }

    private static String hex(Event event, int param) {
        int offset = event.offset(param);
        return HexFormat.of().formatHex(event.bytes(), offset, offset + event.length(param));
    }
}
