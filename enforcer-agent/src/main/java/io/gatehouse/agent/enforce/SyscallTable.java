// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.events.Act;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The system calls that change a tree of files, for kernels where no LSM hook can be asked: numbers
/// (arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h) and where their name arguments stand.
final class SyscallTable {
    private static final int NONE = -1;
    private static final int OPEN = 1;
    private static final int DESCRIPTOR = 7; // in place of a path: argument 0 is an open file
    private static final int COMPAT = 512;

    private static final boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

    /// @param path place of the path argument, or [#DESCRIPTOR]
    /// @param directory place of the directory that a relative path starts from, or [#NONE]: the working directory
    private record Call(Act act, int x86, int i386, int arm64, int path, int directory) {
        int code() {
            return act == Act.OPEN_FOR_WRITING ? OPEN : 2 + path + 8 * (directory + 1);
        }

        boolean hasNumber(int number) {
            return number >= COMPAT ? !ARM64 && i386 == number - COMPAT : (ARM64 ? arm64 : x86) == number;
        }
    }

    private static final List<Call> CALLS = List.of(
            new Call(Act.OPEN_FOR_WRITING, 2, 5, NONE, 0, NONE), // open
            new Call(Act.OPEN_FOR_WRITING, 85, 8, NONE, 0, NONE), // creat
            new Call(Act.OPEN_FOR_WRITING, 257, 295, 56, 1, 0), // openat
            new Call(Act.OPEN_FOR_WRITING, 437, 437, 437, 1, 0), // openat2
            new Call(Act.MAKE_DIRECTORY, 83, 39, NONE, 0, NONE), // mkdir
            new Call(Act.MAKE_DIRECTORY, 258, 296, 34, 1, 0), // mkdirat
            new Call(Act.CREATE, 133, 14, NONE, 0, NONE), // mknod
            new Call(Act.CREATE, 259, 297, 33, 1, 0), // mknodat
            new Call(Act.REMOVE_DIRECTORY, 84, 40, NONE, 0, NONE), // rmdir
            new Call(Act.REMOVE, 87, 10, NONE, 0, NONE), // unlink
            new Call(Act.REMOVE, 263, 301, 35, 1, 0), // unlinkat
            new Call(Act.SYMBOLIC_LINK, 88, 83, NONE, 1, NONE), // symlink
            new Call(Act.SYMBOLIC_LINK, 266, 304, 36, 2, 1), // symlinkat
            new Call(Act.LINK, 86, 9, NONE, 1, NONE), // link
            new Call(Act.LINK, 265, 303, 37, 3, 2), // linkat
            new Call(Act.RENAME, 82, 38, NONE, 1, NONE), // rename
            new Call(Act.RENAME, 264, 302, 38, 3, 2), // renameat
            new Call(Act.RENAME, 316, 353, 276, 3, 2), // renameat2
            new Call(Act.TRUNCATE, 76, 92, 45, 0, NONE), // truncate
            new Call(Act.TRUNCATE, NONE, 193, NONE, 0, NONE), // truncate64
            new Call(Act.TRUNCATE, 77, 93, 46, DESCRIPTOR, NONE), // ftruncate
            new Call(Act.TRUNCATE, NONE, 194, NONE, DESCRIPTOR, NONE), // ftruncate64
            new Call(Act.CHANGE_MODE, 90, 15, NONE, 0, NONE), // chmod
            new Call(Act.CHANGE_MODE, 91, 94, 52, DESCRIPTOR, NONE), // fchmod
            new Call(Act.CHANGE_MODE, 268, 306, 53, 1, 0), // fchmodat
            new Call(Act.CHANGE_MODE, 452, 452, 452, 1, 0), // fchmodat2
            new Call(Act.CHANGE_OWNER, 92, 182, NONE, 0, NONE), // chown
            new Call(Act.CHANGE_OWNER, NONE, 212, NONE, 0, NONE), // chown32
            new Call(Act.CHANGE_OWNER, 94, 16, NONE, 0, NONE), // lchown
            new Call(Act.CHANGE_OWNER, NONE, 198, NONE, 0, NONE), // lchown32
            new Call(Act.CHANGE_OWNER, 93, 95, 55, DESCRIPTOR, NONE), // fchown
            new Call(Act.CHANGE_OWNER, NONE, 207, NONE, DESCRIPTOR, NONE), // fchown32
            new Call(Act.CHANGE_OWNER, 260, 298, 54, 1, 0), // fchownat
            new Call(Act.SET_ATTRIBUTE, 188, 226, 5, 0, NONE), // setxattr
            new Call(Act.SET_ATTRIBUTE, 189, 227, 6, 0, NONE), // lsetxattr
            new Call(Act.SET_ATTRIBUTE, 190, 228, 7, DESCRIPTOR, NONE), // fsetxattr
            new Call(Act.SET_ATTRIBUTE, 197, 235, 14, 0, NONE), // removexattr
            new Call(Act.SET_ATTRIBUTE, 198, 236, 15, 0, NONE), // lremovexattr
            new Call(Act.SET_ATTRIBUTE, 199, 237, 16, DESCRIPTOR, NONE)); // fremovexattr

    private SyscallTable() {}

    /// For the map `gh_syscalls`.
    static Map<Integer, Integer> codes() {
        var codes = new HashMap<Integer, Integer>();
        for (var call : CALLS) {
            int number = ARM64 ? call.arm64 : call.x86;
            if (number != NONE) {
                codes.put(number, call.code());
            }
            if (!ARM64 && call.i386 != NONE) {
                codes.put(COMPAT + call.i386, call.code());
            }
        }
        return codes;
    }

    /// What the success of a system call means; its number as in [#codes].
    static Optional<Act> act(int number) {
        return CALLS.stream()
                .filter(call -> call.hasNumber(number))
                .map(Call::act)
                .findFirst();
    }

    /// Whether the call is about an open file and not about an entry of a directory.
    static boolean namesOpenFile(int number) {
        return CALLS.stream().anyMatch(call -> call.hasNumber(number) && call.path == DESCRIPTOR);
    }
}
