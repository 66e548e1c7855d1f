// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.events.fields.TimeText.NANOS_PER_SECOND;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import java.time.ZoneId;
import java.util.function.LongUnaryOperator;

/// When it happened, absolutely and since other events.
final class TimeFields {
    private TimeFields() {}

    static void into(FieldTable table, ZoneId zone) {
        var text = new TimeText(zone);
        table.text("evt.time", scene -> text.timeWithNanos(time(scene)))
                .text("evt.outputtime", scene -> text.timeWithNanos(time(scene)))
                .text("evt.time.s", scene -> text.time(time(scene)))
                .text("evt.time.iso8601", scene -> TimeText.iso8601(time(scene)))
                .text("evt.datetime", scene -> text.dateWithNanos(time(scene)))
                .text("evt.datetime.s", scene -> text.date(time(scene)))
                .number("evt.rawtime", TimeFields::time)
                .number("evt.rawtime.s", scene -> Long.divideUnsigned(time(scene), NANOS_PER_SECOND))
                .number("evt.rawtime.ns", scene -> Long.remainderUnsigned(time(scene), NANOS_PER_SECOND))
                .number("evt.reltime", TimeFields::sinceFirst)
                .number("evt.reltime.s", scene -> sinceFirst(scene) / NANOS_PER_SECOND)
                .number("evt.reltime.ns", scene -> sinceFirst(scene) % NANOS_PER_SECOND)
                .own("evt.deltatime", () -> new SinceAsked(nanos -> nanos))
                .own("evt.deltatime.s", () -> new SinceAsked(nanos -> nanos / NANOS_PER_SECOND))
                .own("evt.deltatime.ns", () -> new SinceAsked(nanos -> nanos % NANOS_PER_SECOND))
                .asked("evt.around", TimeFields::away);
    }

    private static long time(Scene scene) {
        return scene.event().timeNanos();
    }

    private static long sinceFirst(Scene scene) {
        return time(scene) - scene.machine().firstEventNanos();
    }

    /// How many milliseconds, begun ones counted, lie between the event and a time. `evt.around[T] = n` holds if there
    /// are at most n of them.
    private static Reader.OfNumber<Scene> away(String argument) {
        long centre = number(argument);
        return scene -> Math.ceilDiv(Math.abs(time(scene) - centre), 1_000_000L);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// Time since the event that was asked before.
    private static final class SinceAsked implements Reader.OfNumber<Scene> {
        private final LongUnaryOperator part;
        private long last;

        SinceAsked(LongUnaryOperator part) {
            this.part = part;
        }

        @Override
        public long read(Scene scene) {
            long now = time(scene);
            long since = last == 0 ? 0 : now - last;
            last = now;
            return part.applyAsLong(since);
        }
    }
}
