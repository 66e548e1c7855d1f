// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.List;

/// One system call: its numbers, the event it becomes, and what the kernel has to tell for that. Immutable.
///
/// Everything the kernel is asked for follows from where the parameters come from.
public final class Call {
    /// [#eventCode()] of a call that has no event type of its own.
    public static final int GENERIC = 1;

    public static final int ARGUMENTS = 6;

    /// What decides whether a call like this one has been judged before. The codes are wire format
    /// (`enum gh_watch_sieve`).
    public enum Sieve {
        NONE,
        PATH,
        SOCKET;

        public int code() {
            return ordinal();
        }
    }

    private final String name;
    private final String function;
    private final Numbers numbers;
    private final int eventCode;
    private final int syscallId;
    private final List<Source> params;
    private final Needs needs;

    Call(String name, Numbers numbers, int eventCode, int syscallId, List<Source> params, Options options) {
        this.name = name;
        this.function = options.function() == null ? name : options.function();
        this.numbers = numbers;
        this.eventCode = eventCode;
        this.syscallId = syscallId;
        this.params = List.copyOf(params);
        this.needs = new Needs(name, params, options);
    }

    /// @param x86 of x86-64, -1 if it has none; `arm64` likewise
    /// @param i386 of the 32-bit entry of x86-64; several where older forms mean the same
    /// @param arm of the 32-bit entry of arm64
    public record Numbers(int x86, int arm64, List<Integer> i386, List<Integer> arm) {
        public Numbers {
            i386 = List.copyOf(i386);
            arm = List.copyOf(arm);
        }
    }

    /// @param function the kernel's, without the architecture's prefix; null: as the call
    record Options(String function, Sieve sieve, int sieveArgument, boolean alwaysCwd) {}

    /// As the kernel names it.
    public String name() {
        return name;
    }

    /// The kernel's function for it, without the prefix of the architecture (`__x64_sys_`, `__arm64_sys_`).
    public String function() {
        return function;
    }

    /// On all architectures.
    public Numbers numbers() {
        return numbers;
    }

    /// On this machine; -1 if it has none.
    public int number() {
        return CallTable.ARM ? numbers.arm64() : numbers.x86();
    }

    /// By this machine's 32-bit entry; -1 if it has none. Of several, the first.
    public int number32() {
        var all = numbers32();
        return all.isEmpty() ? -1 : all.getFirst();
    }

    /// By this machine's 32-bit entry.
    public List<Integer> numbers32() {
        return CallTable.ARM ? numbers.arm() : numbers.i386();
    }

    public int eventCode() {
        return eventCode;
    }

    public boolean isGeneric() {
        return eventCode == GENERIC;
    }

    /// As events of type `syscall` carry it; see [SyscallNames].
    public int syscallId() {
        return syscallId;
    }

    /// One for each parameter of the event, in its order.
    public List<Source> params() {
        return params;
    }

    // What the kernel has to tell

    /// One for each argument.
    public List<Capture> captures() {
        return needs.captures();
    }

    /// Where the length of what an argument points at is; 0 where none is needed. See [Capture#BY_RESULT].
    public int length(int argument) {
        return needs.length(argument);
    }

    /// A bit for each argument that names an open file, bit 6 for the result.
    public int files() {
        return needs.files();
    }

    /// 0: never, 1: if a text is relative, 2: always.
    public int cwd() {
        return needs.cwd();
    }

    /// The argument that says how a file is opened: in a register or, where its capture is
    /// [Capture#FIXED], first in the structure that it points at. -1 if none says.
    public int openFlagsArgument() {
        return needs.openFlagsArgument();
    }

    public Sieve sieve() {
        return needs.sieve();
    }

    /// The text or the socket that the sieve goes by; 0 without.
    public int sieveArgument() {
        return needs.sieveArgument();
    }

    @Override
    public String toString() {
        return name;
    }
}
