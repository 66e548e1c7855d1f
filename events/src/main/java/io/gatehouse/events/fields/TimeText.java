// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Times since 1970 as text in one zone.
final class TimeText {
    static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter TIME_NANOS = DateTimeFormatter.ofPattern("HH:mm:ss.nnnnnnnnn");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter DATE_NANOS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.nnnnnnnnn");
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'+0000'");

    private final ZoneId zone;

    TimeText(ZoneId zone) {
        this.zone = zone;
    }

    String time(long nanos) {
        return TIME.format(at(nanos, zone));
    }

    String timeWithNanos(long nanos) {
        return TIME_NANOS.format(at(nanos, zone));
    }

    String date(long nanos) {
        return DATE.format(at(nanos, zone));
    }

    String dateWithNanos(long nanos) {
        return DATE_NANOS.format(at(nanos, zone));
    }

    /// Always in UTC.
    static String iso8601(long nanos) {
        return ISO.format(at(nanos, ZoneOffset.UTC));
    }

    /// The 64 bits are unsigned, so a hostile time is far in the future and never negative.
    private static LocalDateTime at(long nanos, ZoneId zone) {
        return LocalDateTime.ofInstant(
                Instant.ofEpochSecond(
                        Long.divideUnsigned(nanos, NANOS_PER_SECOND), Long.remainderUnsigned(nanos, NANOS_PER_SECOND)),
                zone);
    }
}
