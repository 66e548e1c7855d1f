// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Times of events as text. Nanoseconds since 1970 come in.
public final class EventTime {
    private static final long SECOND = 1_000_000_000L;

    private EventTime() {}

    public enum Fraction {
        NANOSECONDS,
        NONE
    }

    /// `15:14:22.892739231`, as `evt.time` and `evt.time.s` are.
    public static String clock(long nanos, ZoneId zone, Fraction fraction) {
        var out = new StringBuilder(18);
        clock(at(nanos, zone), fraction, out);
        return out.toString();
    }

    /// `2023-07-28 15:14:22.892739231`, as `evt.datetime` and `evt.datetime.s` are.
    public static String date(long nanos, ZoneId zone, Fraction fraction) {
        var time = at(nanos, zone);
        var out = new StringBuilder(29);
        day(time, out);
        clock(time, fraction, out.append(' '));
        return out.toString();
    }

    /// `2023-07-28T15:14:22.892739231+0000`, as `evt.time.iso8601` is.
    public static String iso8601(long nanos) {
        return iso(nanos, "+0000");
    }

    /// `2023-07-28T15:14:22.892739231Z`, as the time of an alert in JSON is.
    public static String zulu(long nanos) {
        return iso(nanos, "Z");
    }

    private static String iso(long nanos, String zone) {
        var time = at(nanos, ZoneOffset.UTC);
        var out = new StringBuilder(34);
        day(time, out);
        clock(time, Fraction.NANOSECONDS, out.append('T'));
        return out.append(zone).toString();
    }

    private static LocalDateTime at(long nanos, ZoneId zone) {
        var instant = Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
        return LocalDateTime.ofInstant(instant, zone);
    }

    private static void day(LocalDateTime time, StringBuilder out) {
        digits(time.getYear(), 4, out);
        digits(time.getMonthValue(), 2, out.append('-'));
        digits(time.getDayOfMonth(), 2, out.append('-'));
    }

    private static void clock(LocalDateTime time, Fraction fraction, StringBuilder out) {
        digits(time.getHour(), 2, out);
        digits(time.getMinute(), 2, out.append(':'));
        digits(time.getSecond(), 2, out.append(':'));
        if (fraction == Fraction.NANOSECONDS) {
            digits(time.getNano(), 9, out.append('.'));
        }
    }

    private static void digits(int number, int width, StringBuilder out) {
        var text = Integer.toString(number);
        out.repeat("0", Math.max(0, width - text.length())).append(text);
    }
}
