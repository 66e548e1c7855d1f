// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SyscallNamesTest {
    @Test
    void a_call_is_named_by_the_number_of_the_format() {
        assertEquals("read", SyscallNames.of(3, -1));
        assertEquals("rt_sigaction", SyscallNames.of(SyscallNames.all().indexOf("rt_sigaction"), 999));
    }

    @Test
    void a_call_without_a_number_is_named_by_the_kernels() {
        assertEquals("fadvise64", SyscallNames.of(0, 221));
        assertEquals("read", SyscallNames.of(0, 0));
    }

    @Test
    void what_is_not_known_is_unknown() {
        for (long number : new long[] {Long.MIN_VALUE, -1, 0, 9999}) {
            for (long nativeNumber : new long[] {Long.MIN_VALUE, -1, 1023, 65535}) {
                assertEquals("unknown", SyscallNames.of(number, nativeNumber));
            }
        }
    }

    @Test
    void names_are_words_and_stand_once() {
        var names = SyscallNames.all();
        assertEquals(names.size(), names.stream().distinct().count());
        assertTrue(names.stream().allMatch(name -> name.matches("[a-z0-9_]+")));
    }
}
