// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which capabilities this process could give to another: its bounding set.
final class HeldCapabilities {
    /// By their numbers in the kernel (include/uapi/linux/capability.h), which never change.
    private static final List<String> NAMES = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETGID",
            "SETUID",
            "SETPCAP",
            "LINUX_IMMUTABLE",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_ADMIN",
            "NET_RAW",
            "IPC_LOCK",
            "IPC_OWNER",
            "SYS_MODULE",
            "SYS_RAWIO",
            "SYS_CHROOT",
            "SYS_PTRACE",
            "SYS_PACCT",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_NICE",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "MKNOD",
            "LEASE",
            "AUDIT_WRITE",
            "AUDIT_CONTROL",
            "SETFCAP",
            "MAC_OVERRIDE",
            "MAC_ADMIN",
            "SYSLOG",
            "WAKE_ALARM",
            "BLOCK_SUSPEND",
            "AUDIT_READ",
            "PERFMON",
            "BPF",
            "CHECKPOINT_RESTORE");

    private HeldCapabilities() {}

    static List<String> here() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapBnd:")) {
                return of(Long.parseUnsignedLong(
                        line.substring("CapBnd:".length()).strip(), 16));
            }
        }
        return List.of();
    }

    static List<String> of(long mask) {
        var held = new ArrayList<String>();
        for (int number = 0; number < NAMES.size(); number++) {
            if ((mask >> number & 1) != 0) {
                held.add("CAP_" + NAMES.get(number));
            }
        }
        return held;
    }
}
