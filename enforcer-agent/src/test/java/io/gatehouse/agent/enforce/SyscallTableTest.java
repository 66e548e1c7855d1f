// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.events.Act;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the kernel's table says and what the agent reads back from a number is one thing.
class SyscallTableTest {
    private static final boolean X86 = System.getProperty("os.arch").equals("amd64");

    @Test
    void every_number_fits_the_kernels_array_and_means_an_act() {
        SyscallTable.codes().forEach((number, code) -> {
            assertTrue(number >= 0 && number < 1024, "number " + number);
            assertTrue(
                    isName(code & 63) && isName(code >> 6 & 63) && code >> 12 <= 5, "code " + code + " of " + number);
            assertTrue(SyscallTable.act(number).isPresent(), "act of " + number);
        });
    }

    @Test
    void numbers_are_those_of_the_kernels_tables() {
        assumeTrue(X86, "the numbers here are x86-64's");
        assertEquals(Optional.of(Act.OPEN_FOR_WRITING), SyscallTable.act(257)); // openat
        assertEquals(Optional.of(Act.REMOVE), SyscallTable.act(263)); // unlinkat
        assertEquals(Optional.of(Act.RENAME), SyscallTable.act(316)); // renameat2
        assertEquals(Optional.of(Act.CHANGE_MODE), SyscallTable.act(512 + 15)); // chmod by the 32-bit entry
        assertEquals(Optional.empty(), SyscallTable.act(0)); // read
    }

    /// 0: none; 1: an open; else the places of a path and of a directory.
    private static boolean isName(int code) {
        return code < 2 || (code - 2) >> 3 <= 4;
    }

    @Test
    void what_a_call_changes_is_an_entry_or_a_file_and_a_flag_may_say_which() {
        assumeTrue(X86, "the numbers here are x86-64's");
        assertEquals(SyscallTable.Names.DESCRIPTOR, SyscallTable.names(91)); // fchmod
        assertEquals(SyscallTable.Names.FILE, SyscallTable.names(90)); // chmod
        assertEquals(SyscallTable.Names.ENTRY, SyscallTable.names(94)); // lchown
        assertEquals(SyscallTable.Names.FILE, SyscallTable.names(260)); // fchownat
        assertEquals(SyscallTable.Names.ENTRY, SyscallTable.names(1024 + 260)); // ... with AT_SYMLINK_NOFOLLOW
        assertEquals(Optional.of(Act.CHANGE_OWNER), SyscallTable.act(1024 + 260));
    }
}
