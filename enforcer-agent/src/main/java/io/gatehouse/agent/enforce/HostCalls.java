// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// System calls that reach out of a container: their numbers, by which alerts name them, and, for kernels where no LSM
/// hook can be asked, the rule that their success breaches.
public final class HostCalls {
    private static final int NONE = -1;
    private static final int COMPAT = 512; // added to the number of a call that came by the 32-bit entry

    private static final boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

    /// When a call that succeeded is a breach (`enum gh_call_if`).
    enum If {
        ALWAYS,
        NEW_NAMESPACE,
        CLONES_TREE,
        BORN_APART,
        /// Its success alone says nothing; it is here for its name.
        NEVER
    }

    private record Call(String name, int x86, int i386, int arm64, RuntimeRule rule, Act act, If condition) {
        boolean hasNumber(int number) {
            return number >= COMPAT ? !ARM64 && i386 == number - COMPAT : (ARM64 ? arm64 : x86) == number;
        }

        int code() {
            return Wire.Call.BAN | condition.ordinal() << 16 | act.code() << 8 | rule.ordinal();
        }
    }

    private static Call call(String name, int x86, int i386, int arm64, RuntimeRule rule, Act act) {
        return new Call(name, x86, i386, arm64, rule, act, If.ALWAYS);
    }

    private static Call call(String name, int x86, int i386, int arm64, RuntimeRule rule, Act act, If condition) {
        return new Call(name, x86, i386, arm64, rule, act, condition);
    }

    private static final List<Call> CALLS = List.of(
            call("mount", 165, 21, 40, RuntimeRule.MOUNTS, Act.MOUNT),
            call("umount2", 166, 52, 39, RuntimeRule.MOUNTS, Act.UNMOUNT),
            call("umount", NONE, 22, NONE, RuntimeRule.MOUNTS, Act.UNMOUNT),
            call("pivot_root", 155, 217, 41, RuntimeRule.MOUNTS, Act.MOUNT),
            call("chroot", 161, 61, 51, RuntimeRule.MOUNTS, Act.MOUNT),
            call("open_tree", 428, 428, 428, RuntimeRule.MOUNTS, Act.MOUNT, If.CLONES_TREE),
            call("move_mount", 429, 429, 429, RuntimeRule.MOUNTS, Act.MOUNT),
            call("fsopen", 430, 430, 430, RuntimeRule.MOUNTS, Act.MOUNT),
            call("fsconfig", 431, 431, 431, RuntimeRule.MOUNTS, Act.MOUNT, If.NEVER),
            call("fsmount", 432, 432, 432, RuntimeRule.MOUNTS, Act.MOUNT),
            call("fspick", 433, 433, 433, RuntimeRule.MOUNTS, Act.MOUNT),
            call("mount_setattr", 442, 442, 442, RuntimeRule.MOUNTS, Act.MOUNT),
            call("open_tree_attr", 467, 467, 467, RuntimeRule.MOUNTS, Act.MOUNT),
            call("unshare", 272, 310, 97, RuntimeRule.NAMESPACES, Act.NAMESPACE, If.NEW_NAMESPACE),
            call("setns", 308, 346, 268, RuntimeRule.NAMESPACES, Act.NAMESPACE),
            call("clone", 56, 120, 220, RuntimeRule.NAMESPACES, Act.NAMESPACE, If.BORN_APART),
            call("clone3", 435, 435, 435, RuntimeRule.NAMESPACES, Act.NAMESPACE, If.BORN_APART),
            call("init_module", 175, 128, 105, RuntimeRule.MODULES, Act.MODULE),
            call("finit_module", 313, 350, 273, RuntimeRule.MODULES, Act.MODULE),
            call("delete_module", 176, 129, 106, RuntimeRule.MODULES, Act.MODULE),
            call("kexec_load", 246, 283, 104, RuntimeRule.MODULES, Act.MODULE),
            call("kexec_file_load", 320, NONE, 294, RuntimeRule.MODULES, Act.MODULE),
            call("bpf", 321, 357, 280, RuntimeRule.BPF, Act.BPF),
            call("perf_event_open", 298, 336, 241, RuntimeRule.BPF, Act.BPF),
            call("io_uring_setup", 425, 425, 425, RuntimeRule.IO_URING, Act.IO_URING),
            call("io_uring_enter", 426, 426, 426, RuntimeRule.IO_URING, Act.IO_URING, If.NEVER),
            call("kill", 62, 37, 129, RuntimeRule.SELF, Act.SIGNAL, If.NEVER),
            call("tkill", 200, 238, 130, RuntimeRule.SELF, Act.SIGNAL, If.NEVER),
            call("tgkill", 234, 270, 131, RuntimeRule.SELF, Act.SIGNAL, If.NEVER),
            call("rt_sigqueueinfo", 129, 178, 138, RuntimeRule.SELF, Act.SIGNAL, If.NEVER),
            call("pidfd_send_signal", 424, 424, 424, RuntimeRule.SELF, Act.SIGNAL, If.NEVER),
            call("ptrace", 101, 26, 117, RuntimeRule.SELF, Act.TRACE, If.NEVER),
            call("process_vm_readv", 310, 347, 270, RuntimeRule.SELF, Act.TRACE, If.NEVER),
            call("process_vm_writev", 311, 348, 271, RuntimeRule.SELF, Act.TRACE, If.NEVER),
            call("pidfd_getfd", 438, 438, 438, RuntimeRule.SELF, Act.TRACE, If.NEVER),
            call("prlimit64", 302, 340, 261, RuntimeRule.SELF, Act.TAMPER, If.NEVER),
            call("sched_setscheduler", 144, 156, 119, RuntimeRule.SELF, Act.TAMPER, If.NEVER),
            call("sched_setattr", 314, 351, 274, RuntimeRule.SELF, Act.TAMPER, If.NEVER),
            call("sched_setaffinity", 203, 241, 122, RuntimeRule.SELF, Act.TAMPER, If.NEVER),
            call("setpriority", 141, 97, 140, RuntimeRule.SELF, Act.TAMPER, If.NEVER));

    private HostCalls() {}

    /// For the map `gh_syscalls`, beside those of [SyscallTable].
    static Map<Integer, Integer> codes() {
        var codes = new HashMap<Integer, Integer>();
        for (var call : CALLS) {
            if (call.condition == If.NEVER) {
                continue;
            }
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

    /// The call of a number as a record has it; empty where it is none of those that reach out of a container.
    public static Optional<String> name(int number) {
        return CALLS.stream()
                .filter(call -> call.hasNumber(number))
                .map(Call::name)
                .findFirst();
    }
}
