// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.events.Act;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import java.util.List;
import java.util.Optional;

/// What alerts say of acts with code: programs, interpreters, memory, other processes, rights.
final class CodeWords {
    /// The kernel's word for rights that are no capability: another user's.
    private static final int NO_CAPABILITY = -1;

    /// By number, include/uapi/linux/capability.h.
    private static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_LINUX_IMMUTABLE",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_BROADCAST",
            "CAP_NET_ADMIN",
            "CAP_NET_RAW",
            "CAP_IPC_LOCK",
            "CAP_IPC_OWNER",
            "CAP_SYS_MODULE",
            "CAP_SYS_RAWIO",
            "CAP_SYS_CHROOT",
            "CAP_SYS_PTRACE",
            "CAP_SYS_PACCT",
            "CAP_SYS_ADMIN",
            "CAP_SYS_BOOT",
            "CAP_SYS_NICE",
            "CAP_SYS_RESOURCE",
            "CAP_SYS_TIME",
            "CAP_SYS_TTY_CONFIG",
            "CAP_MKNOD",
            "CAP_LEASE",
            "CAP_AUDIT_WRITE",
            "CAP_AUDIT_CONTROL",
            "CAP_SETFCAP",
            "CAP_MAC_OVERRIDE",
            "CAP_MAC_ADMIN",
            "CAP_SYSLOG",
            "CAP_WAKE_ALARM",
            "CAP_BLOCK_SUSPEND",
            "CAP_AUDIT_READ",
            "CAP_PERFMON",
            "CAP_BPF",
            "CAP_CHECKPOINT_RESTORE");

    private CodeWords() {}

    /// What the act was done to, where that is not simply a file.
    static Optional<String> object(KernelEvent event) {
        return switch (event.act()) {
            case EXECUTABLE_MEMORY -> Optional.of("without a file");
            case TRACE -> {
                int other = event.detail().number();
                yield Optional.of(other == 0 ? "another process" : "process " + Integer.toUnsignedString(other));
            }
            case CAPABILITY ->
                event.path().isEmpty()
                        ? Optional.of(event.detail().number() == NO_CAPABILITY ? "becoming root" : "a user namespace")
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    static String reason(KernelEvent event, RuntimeRule rule) {
        return switch (rule) {
            case PROCESS_FORBID ->
                event.act() == Act.EXEC
                        ? "a program of the image that the policy forbids"
                        : "the code of a program that the policy forbids";
            case INTERPRETERS ->
                "an interpreter reads files of the image only, and this one " + elsewhere(event.file());
            case MEMORY -> memory(event);
            case PTRACE ->
                event.act() == Act.TRACE
                        ? "no process of this container may get hold of another"
                        : "memory may not be written as a file";
            case CAPABILITIES -> rights(event);
            default -> throw new IllegalArgumentException(rule + " is not about code");
        };
    }

    private static String elsewhere(FileFacts file) {
        if (file.unlinked()) {
            return "has no name (memory or deleted)";
        }
        return file.overlay() && file.upper()
                ? "was written or changed since the container was made"
                : "lies on another file system";
    }

    private static String memory(KernelEvent event) {
        return switch (event.act()) {
            case EXECUTABLE_MEMORY -> "memory may not be executable, and this program is not named by memory.jit";
            case OPEN_FOR_WRITING -> "code can be changed through it, whatever protects its pages";
            default -> "pages that differ from their file, or can, may not be executable";
        };
    }

    private static String rights(KernelEvent event) {
        int number = event.detail().number();
        if (number == NO_CAPABILITY) {
            return "it gives another user's rights";
        }
        if (event.path().isEmpty()) {
            return "it gives every capability in it";
        }
        return "it gives "
                + (number >= 0 && number < CAPABILITIES.size() ? CAPABILITIES.get(number) : "capability " + number)
                + " or more";
    }
}
