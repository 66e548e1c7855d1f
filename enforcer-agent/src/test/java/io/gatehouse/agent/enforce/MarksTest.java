// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.Wire;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarksTest {
    @Test
    void every_number_that_was_marked_is_found() {
        var numbers = new Random(Long.getLong("gatehouse.seed", 1)).longs(1000).toArray();
        for (long number : numbers) {
            var marks = Marks.of(List.of(object(number, Wire.Object.KIND_READ_FORBIDDEN)));

            assertEquals(Marks.of(number), marks[3]);
            assertEquals(1, Long.bitCount(marks[3]));
            assertEquals(0, marks[0] | marks[1] | marks[2]);
        }
    }

    /// Numbers that follow each other, as a file system gives them, do not share few bits.
    @Test
    void numbers_in_a_row_are_spread_over_the_bits() {
        long all = 0;
        for (int number = 1000; number < 1064; number++) {
            all |= Marks.of(number);
        }
        assertTrue(Long.bitCount(all) >= 48, Long.toBinaryString(all));
    }

    @Test
    void programs_leave_no_mark() {
        var marks = Marks.of(List.of(object(7, Wire.Object.KIND_FILE), object(8, Wire.Object.KIND_JIT)));

        assertEquals(0, marks[0] | marks[1] | marks[2] | marks[3]);
    }

    private static Allowed object(long ino, int kind) {
        return new Allowed(new Identity(1, ino, 0, false, false, 0, 0, 0, 0, false, 0, 1), kind, 1);
    }
}
