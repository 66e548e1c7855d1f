// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.time.Instant;

/// Turns the kernel's time since boot into the time of day.
public final class BootClock {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_BOOTTIME = 7;
    private static final long NANOS = 1_000_000_000L;

    private BootClock() {}

    /// As of now: the two clocks drift when the time of day is set, so ask anew for each event.
    public static Instant timeOfDay(long bootNanos) {
        long then = read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME) + bootNanos;
        return Instant.ofEpochSecond(Math.floorDiv(then, NANOS), Math.floorMod(then, NANOS));
    }

    /// Since boot, sleep included: the clock of every record's time.
    public static long nanos() {
        return read(CLOCK_BOOTTIME);
    }

    private static long read(int clock) {
        var time = Native.zeroed(16); // struct timespec
        Native.c().clock_gettime(clock, time);
        return time.getLong(0) * NANOS + time.getLong(8);
    }
}
