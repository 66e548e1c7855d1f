// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.KernelTypes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Which programs at the return of the kernel's functions hear a system call. Immutable.
///
/// A call is left to the program for all wherever it is not certain which function serves it.
final class CallPrograms {
    private static final String FEXIT = "fexit/";
    private static final String CALL = "_sys_"; // __x64_sys_openat, __arm64_sys_openat, __ia32_compat_sys_openat
    private static final String NATIVE = "gw_call_";
    /// At the function without arguments that both entries share; it has no other name in the kernel's types.
    private static final String BARE = "gw_bare_";
    private static final String SOCKETCALL = "gw_compat_socketcall";
    /// There wherever there is a 32-bit entry.
    private static final String NARROW_ENTRY = "__ia32_compat_sys_openat";
    private static final Map<Integer, String> NARROW_NAMES = narrowNames();

    private final Map<String, String> sections = new HashMap<>();
    private final Map<String, Set<String>> byCall = new HashMap<>();

    /// @param sections of programs, by their names; others than those of calls are passed over
    CallPrograms(Map<String, String> sections) {
        sections.forEach((program, section) -> {
            if (section.startsWith(FEXIT)) {
                this.sections.put(program, section);
                byCall.computeIfAbsent(call(section), _ -> new TreeSet<>()).add(program);
            }
        });
    }

    /// The kernel's name of a call, without what the architecture puts before it.
    private static String call(String section) {
        int prefix = section.indexOf(CALL);
        return prefix < 0 ? section : section.substring(prefix + CALL.length());
    }

    private String function(String program) {
        return sections.get(program).substring(FEXIT.length());
    }

    /// Asked of one call that this kernel has: if it takes a program for that, so it does for the others.
    Optional<String> whyNone(KernelTypes types) {
        for (var program : sections.keySet()) {
            if (types.hasFunction(function(program))) {
                return types.whyNoProgramAtReturnOf(function(program));
            }
        }
        return Optional.of("the kernel's type information names none of the calls");
    }

    /// All that must be attached to hear a call; an empty set where nobody can make it, nothing where that is not
    /// known.
    Optional<Set<String>> of(int index, WatchCall call, KernelTypes types) {
        if (index < WatchWire.COMPAT) {
            var own = there(call.function(), types, program -> program.startsWith(NATIVE));
            return orBare(own, call.function(), types);
        }
        if (!types.hasFunction(NARROW_ENTRY)) {
            return Optional.of(Set.of());
        }
        int number = index - WatchWire.COMPAT;
        var name = NARROW_NAMES.getOrDefault(number, call.function());
        var own = there(name, types, program -> !program.startsWith(NATIVE) && !program.startsWith(BARE));
        if (isUnfolded(number) && !own.isEmpty()) {
            own.addAll(there("socketcall", types, SOCKETCALL::equals));
        }
        return orBare(own, name, types);
    }

    private Optional<Set<String>> orBare(Set<String> own, String name, KernelTypes types) {
        var programs = own.isEmpty() ? there(name, types, program -> program.startsWith(BARE)) : own;
        return programs.isEmpty() ? Optional.empty() : Optional.of(programs);
    }

    private Set<String> there(String name, KernelTypes types, Predicate<String> kind) {
        var there = new HashSet<String>();
        for (var program : byCall.getOrDefault(name, Set.of())) {
            if (kind.test(program) && types.hasFunction(function(program))) {
                there.add(program);
            }
        }
        return there;
    }

    /// Calls of the 32-bit entry that socketcall makes too, without passing their own functions.
    private static boolean isUnfolded(int number) {
        return number >= 359 && number <= 373 || number == 337 || number == 345;
    }

    /// Numbers of x86's 32-bit entry whose function is not named as that of the 64-bit call: older forms,
    /// and those that put arguments together. Empty: left to the program for all.
    ///
    /// arch/x86/entry/syscalls/syscall_32.tbl of Linux 6.1 and later.
    private static Map<Integer, String> narrowNames() {
        var names = new HashMap<Integer, String>();
        for (int number : new int[] {
            13, 18, 25, 28, 30, 59, 76, 80, 81, 82, 84, 89, 90, 109, 113, 124, 131, 138, 139, 161, 162, 177, 193, 194,
            225, 240, 247, 250, 260, 261, 264, 265, 266, 267, 268, 269, 271, 272, 279, 280, 299, 308, 309, 314, 320,
            324, 325, 326, 343, 413, 414, 416, 421
        }) {
            names.put(number, "");
        }
        names.put(16, "lchown16");
        names.put(23, "setuid16");
        names.put(24, "getuid16");
        names.put(46, "setgid16");
        names.put(47, "getgid16");
        names.put(49, "geteuid16");
        names.put(50, "getegid16");
        names.put(55, "fcntl64");
        names.put(70, "setreuid16");
        names.put(71, "setregid16");
        names.put(95, "fchown16");
        names.put(120, "ia32_clone");
        names.put(164, "setresuid16");
        names.put(170, "setresgid16");
        names.put(180, "ia32_pread64");
        names.put(181, "ia32_pwrite64");
        names.put(182, "chown16");
        names.put(187, "sendfile");
        names.put(195, "ia32_stat64");
        names.put(196, "ia32_lstat64");
        names.put(197, "ia32_fstat64");
        names.put(221, "fcntl64");
        names.put(300, "ia32_fstatat64");
        names.put(337, "recvmmsg_time32");
        names.put(417, "recvmmsg_time64");
        return Map.copyOf(names);
    }
}
