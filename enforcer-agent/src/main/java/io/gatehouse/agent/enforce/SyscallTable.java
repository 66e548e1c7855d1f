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
    private static final int NOT_FOLLOWED = 1024; // AT_SYMLINK_NOFOLLOW was among the flags

    private static final boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

    /// What a path argument names.
    enum Names {
        /// The entry of a directory: it is the directory that changes.
        ENTRY,
        /// A file, behind a link if there is one.
        FILE,
        /// The file of an open descriptor.
        DESCRIPTOR
    }

    /// @param path place of the path argument, or [#DESCRIPTOR]
    /// @param directory place of the directory that a relative path starts from, or [#NONE]: the working directory
    /// @param from place of a second path, the one that is moved or linked, or [#NONE]
    /// @param fromDirectory as `directory`, for `from`
    /// @param flags place of flags that may say not to follow a last link, or [#NONE]
    private record Call(
            Act act,
            int x86,
            int i386,
            int arm64,
            Names names,
            int path,
            int directory,
            int from,
            int fromDirectory,
            int flags) {
        Call(Act act, int x86, int i386, int arm64, Names names, int path, int directory) {
            this(act, x86, i386, arm64, names, path, directory, NONE, NONE, NONE);
        }

        Call(Act act, int x86, int i386, int arm64, Names names, int path, int directory, int flags) {
            this(act, x86, i386, arm64, names, path, directory, NONE, NONE, flags);
        }

        int code() {
            if (act == Act.OPEN_FOR_WRITING) {
                return OPEN;
            }
            int second = from == NONE ? 0 : 2 + from + 8 * (fromDirectory + 1);
            return 2 + path + 8 * (directory + 1) + 64 * second + 4096 * Math.max(flags, 0);
        }

        boolean hasNumber(int number) {
            int plain = number & ~NOT_FOLLOWED;
            return plain >= COMPAT ? !ARM64 && i386 == plain - COMPAT : (ARM64 ? arm64 : x86) == plain;
        }
    }

    private static final List<Call> CALLS = List.of(
            new Call(Act.OPEN_FOR_WRITING, 2, 5, NONE, Names.ENTRY, 0, NONE), // open
            new Call(Act.OPEN_FOR_WRITING, 85, 8, NONE, Names.ENTRY, 0, NONE), // creat
            new Call(Act.OPEN_FOR_WRITING, 257, 295, 56, Names.ENTRY, 1, 0), // openat
            new Call(Act.OPEN_FOR_WRITING, 437, 437, 437, Names.ENTRY, 1, 0), // openat2
            new Call(Act.OPEN_FOR_WRITING, 304, 342, 265, Names.DESCRIPTOR, NONE, NONE), // open_by_handle_at
            new Call(Act.MAKE_DIRECTORY, 83, 39, NONE, Names.ENTRY, 0, NONE), // mkdir
            new Call(Act.MAKE_DIRECTORY, 258, 296, 34, Names.ENTRY, 1, 0), // mkdirat
            new Call(Act.CREATE, 133, 14, NONE, Names.ENTRY, 0, NONE), // mknod
            new Call(Act.CREATE, 259, 297, 33, Names.ENTRY, 1, 0), // mknodat
            new Call(Act.REMOVE_DIRECTORY, 84, 40, NONE, Names.ENTRY, 0, NONE), // rmdir
            new Call(Act.REMOVE, 87, 10, NONE, Names.ENTRY, 0, NONE), // unlink
            new Call(Act.REMOVE, 263, 301, 35, Names.ENTRY, 1, 0), // unlinkat
            new Call(Act.SYMBOLIC_LINK, 88, 83, NONE, Names.ENTRY, 1, NONE), // symlink
            new Call(Act.SYMBOLIC_LINK, 266, 304, 36, Names.ENTRY, 2, 1), // symlinkat
            new Call(Act.LINK, 86, 9, NONE, Names.ENTRY, 1, NONE, 0, NONE, NONE), // link
            new Call(Act.LINK, 265, 303, 37, Names.ENTRY, 3, 2, 1, 0, NONE), // linkat
            new Call(Act.RENAME, 82, 38, NONE, Names.ENTRY, 1, NONE, 0, NONE, NONE), // rename
            new Call(Act.RENAME, 264, 302, 38, Names.ENTRY, 3, 2, 1, 0, NONE), // renameat
            new Call(Act.RENAME, 316, 353, 276, Names.ENTRY, 3, 2, 1, 0, NONE), // renameat2
            new Call(Act.TRUNCATE, 76, 92, 45, Names.FILE, 0, NONE), // truncate
            new Call(Act.TRUNCATE, NONE, 193, NONE, Names.FILE, 0, NONE), // truncate64
            new Call(Act.TRUNCATE, 77, 93, 46, Names.DESCRIPTOR, DESCRIPTOR, NONE), // ftruncate
            new Call(Act.TRUNCATE, NONE, 194, NONE, Names.DESCRIPTOR, DESCRIPTOR, NONE), // ftruncate64
            new Call(Act.CHANGE_MODE, 90, 15, NONE, Names.FILE, 0, NONE), // chmod
            new Call(Act.CHANGE_MODE, 91, 94, 52, Names.DESCRIPTOR, DESCRIPTOR, NONE), // fchmod
            new Call(Act.CHANGE_MODE, 268, 306, 53, Names.FILE, 1, 0), // fchmodat
            new Call(Act.CHANGE_MODE, 452, 452, 452, Names.FILE, 1, 0, 3), // fchmodat2
            new Call(Act.CHANGE_OWNER, 92, 182, NONE, Names.FILE, 0, NONE), // chown
            new Call(Act.CHANGE_OWNER, NONE, 212, NONE, Names.FILE, 0, NONE), // chown32
            new Call(Act.CHANGE_OWNER, 94, 16, NONE, Names.ENTRY, 0, NONE), // lchown
            new Call(Act.CHANGE_OWNER, NONE, 198, NONE, Names.ENTRY, 0, NONE), // lchown32
            new Call(Act.CHANGE_OWNER, 93, 95, 55, Names.DESCRIPTOR, DESCRIPTOR, NONE), // fchown
            new Call(Act.CHANGE_OWNER, NONE, 207, NONE, Names.DESCRIPTOR, DESCRIPTOR, NONE), // fchown32
            new Call(Act.CHANGE_OWNER, 260, 298, 54, Names.FILE, 1, 0, 4), // fchownat
            new Call(Act.SET_ATTRIBUTE, 132, 30, NONE, Names.FILE, 0, NONE), // utime
            new Call(Act.SET_ATTRIBUTE, 235, 271, NONE, Names.FILE, 0, NONE), // utimes
            new Call(Act.SET_ATTRIBUTE, 261, 299, NONE, Names.FILE, 1, 0), // futimesat
            new Call(Act.SET_ATTRIBUTE, 280, 320, 88, Names.FILE, 1, 0, 3), // utimensat
            new Call(Act.SET_ATTRIBUTE, NONE, 412, NONE, Names.FILE, 1, 0, 3), // utimensat_time64
            new Call(Act.SET_ATTRIBUTE, 463, 463, 463, Names.FILE, 1, 0, 2), // setxattrat
            new Call(Act.SET_ATTRIBUTE, 466, 466, 466, Names.FILE, 1, 0, 2), // removexattrat
            new Call(Act.SET_ATTRIBUTE, 469, 469, 469, Names.FILE, 1, 0, 4), // file_setattr
            new Call(Act.SET_ATTRIBUTE, 188, 226, 5, Names.FILE, 0, NONE), // setxattr
            new Call(Act.SET_ATTRIBUTE, 189, 227, 6, Names.ENTRY, 0, NONE), // lsetxattr
            new Call(Act.SET_ATTRIBUTE, 190, 228, 7, Names.DESCRIPTOR, DESCRIPTOR, NONE), // fsetxattr
            new Call(Act.SET_ATTRIBUTE, 197, 235, 14, Names.FILE, 0, NONE), // removexattr
            new Call(Act.SET_ATTRIBUTE, 198, 236, 15, Names.ENTRY, 0, NONE), // lremovexattr
            new Call(Act.SET_ATTRIBUTE, 199, 237, 16, Names.DESCRIPTOR, DESCRIPTOR, NONE)); // fremovexattr

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

    /// What the name that a call was given stands for; its number as in [#codes].
    static Names names(int number) {
        return CALLS.stream()
                .filter(call -> call.hasNumber(number))
                .map(call -> (number & NOT_FOLLOWED) == 0 ? call.names : Names.ENTRY) // only names have the flag
                .findFirst()
                .orElse(Names.ENTRY);
    }
}
