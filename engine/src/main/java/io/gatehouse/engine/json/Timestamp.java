// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import java.time.DateTimeException;
import java.time.OffsetDateTime;

/// A time as Kubernetes writes it (RFC 3339).
final class Timestamp {
    static final long NONE = Long.MIN_VALUE;

    private static final long SECOND = 1_000_000_000L;
    /// `2026-01-01T00:00:00.200000000+00:00`
    private static final int LONGEST = 35;

    private Timestamp() {}

    /// Nanoseconds since 1970; [#NONE] for what is no time, or none of the years 1970 to 2262.
    static long nanos(String text) {
        if (text.length() > LONGEST) {
            return NONE;
        }
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            return time.getEpochSecond() < 0
                    ? NONE
                    : Math.addExact(Math.multiplyExact(time.getEpochSecond(), SECOND), time.getNano());
        } catch (DateTimeException | ArithmeticException _) {
            return NONE;
        }
    }
}
