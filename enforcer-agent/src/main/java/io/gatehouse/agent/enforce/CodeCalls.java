// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The system calls that make memory executable or reach another process, for kernels where no LSM hook can be asked:
/// numbers (arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h) and what is looked at when they succeed.
final class CodeCalls {
    private static final int COMPAT = 512;
    private static final int CODE = 1 << 30; // GH_CALL_CODE
    private static final boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

    /// `enum gh_code_call`
    private enum Kind {
        MAP(1),
        ATTACH(2),
        PROTECT(3),
        PERSONALITY(4),
        TRACE(5),
        REACH(6);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    private record Call(Kind kind, int x86, int i386, int arm64) {}

    private static final List<Call> CALLS = List.of(
            new Call(Kind.MAP, 9, 192, 222), // mmap; the old one of 32 bits keeps its arguments in memory
            new Call(Kind.ATTACH, 30, 397, 196), // shmat
            new Call(Kind.PROTECT, 10, 125, 226), // mprotect
            new Call(Kind.PROTECT, 329, 380, 288), // pkey_mprotect
            new Call(Kind.PERSONALITY, 135, 136, 92), // personality
            new Call(Kind.TRACE, 101, 26, 117), // ptrace
            new Call(Kind.REACH, 310, 347, 270), // process_vm_readv
            new Call(Kind.REACH, 311, 348, 271), // process_vm_writev
            new Call(Kind.REACH, 438, 438, 438), // pidfd_getfd
            new Call(Kind.REACH, 440, 440, 440)); // process_madvise

    private CodeCalls() {}

    /// For the map `gh_syscalls`.
    static Map<Integer, Integer> codes() {
        var codes = new HashMap<Integer, Integer>();
        for (var call : CALLS) {
            codes.put(ARM64 ? call.arm64 : call.x86, CODE | call.kind.number);
            if (!ARM64) {
                codes.put(COMPAT + call.i386, CODE | call.kind.number);
            }
        }
        return codes;
    }
}
