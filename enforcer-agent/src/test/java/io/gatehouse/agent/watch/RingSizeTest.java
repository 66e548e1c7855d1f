// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// When the ring is replaced by one of another size.
class RingSizeTest {
    private static final int MIB = 1 << 20;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final RingSize size = new RingSize(8 * MIB, 32 * MIB, 0);

    @Test
    void it_doubles_when_more_than_three_quarters_wait() {
        assertEquals(8 * MIB, size.next(8 * MIB, 6 * MIB, 0, 1));
        assertEquals(16 * MIB, size.next(8 * MIB, 6 * MIB + 1, 0, 2));
    }

    @Test
    void it_doubles_once_for_each_time_that_something_more_was_lost() {
        assertEquals(16 * MIB, size.next(8 * MIB, 0, 5, 1));
        assertEquals(16 * MIB, size.next(16 * MIB, 0, 5, 2));
        assertEquals(32 * MIB, size.next(16 * MIB, 0, 6, 3));
    }

    @Test
    void it_ends_at_the_most_and_at_what_the_kernel_has_memory_for() {
        assertEquals(32 * MIB, size.next(32 * MIB, 0, 1, 1));

        size.refused(8 * MIB);
        assertEquals(8 * MIB, size.next(8 * MIB, 0, 2, 2));
    }

    @Test
    void it_halves_after_a_minute_in_which_hardly_any_of_it_was_used_but_never_below_the_start() {
        assertEquals(32 * MIB, size.next(32 * MIB, 0, 0, MINUTE - 1));
        assertEquals(16 * MIB, size.next(32 * MIB, 0, 0, MINUTE));
        assertEquals(16 * MIB, size.next(16 * MIB, 0, 0, MINUTE + 1), "a minute for each step");
        assertEquals(8 * MIB, size.next(16 * MIB, 0, 0, 2 * MINUTE));
        assertEquals(8 * MIB, size.next(8 * MIB, 0, 0, 3 * MINUTE));
    }

    @Test
    void one_busy_moment_in_the_minute_keeps_it() {
        assertEquals(32 * MIB, size.next(32 * MIB, 2 * MIB, 0, 1));
        assertEquals(32 * MIB, size.next(32 * MIB, 0, 0, MINUTE));
    }
}
