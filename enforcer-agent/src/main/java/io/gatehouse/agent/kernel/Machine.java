// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What must be here before a program can be loaded, each lack with what to do about it.
public final class Machine {
    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");

    private Machine() {}

    /// @param what is missing
    /// @param fix what to do
    public record Lack(String what, String fix) {}

    /// Everything that keeps the agent from starting here, all at once; empty where nothing does.
    public static List<Lack> lacks() {
        var lacks = new ArrayList<Lack>();
        if (!System.getProperty("os.name").equals("Linux")) {
            lacks.add(new Lack("this is not Linux", "run the agent on a Linux node"));
            return lacks;
        }
        if (!hasRight(CAP_BPF) && !hasRight(CAP_SYS_ADMIN)) {
            lacks.add(new Lack(
                    "the right to load BPF programs (CAP_BPF and CAP_PERFMON, or root)",
                    "run as root: sudo ./gatehouse up"));
        }
        if (!Files.isReadable(BTF)) {
            lacks.add(new Lack(
                    "the kernel's type information, " + BTF,
                    "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (Debian 12 and later, Ubuntu 20.10 and later,"
                            + " RHEL 8.2 and later have it)"));
        }
        try {
            Native.bpf().libbpf_version_string();
        } catch (UnsatisfiedLinkError e) {
            lacks.add(new Lack(
                    "the library " + Native.LIBBPF_NAME + " (libbpf 1.0 or later)", "apt-get install libbpf1"));
        }
        return lacks;
    }

    /// What the kernel says a map or program takes of its memory; 0 where it does not say.
    static long lockedBytes(int fd) {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd))) {
                if (line.startsWith("memlock:")) {
                    return Long.parseLong(line.substring("memlock:".length()).strip());
                }
            }
        } catch (IOException e) {
            return 0; // a number to look at, nothing rests on it
        }
        return 0;
    }

    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_BPF = 39;

    private static boolean hasRight(int capability) {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    long rights = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return (rights >> capability & 1) == 1;
                }
            }
        } catch (IOException e) {
            return false; // no /proc: the other lacks will say more
        }
        return false;
    }

    public static String kernelRelease() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    public static String libbpfVersion() {
        return Native.bpf().libbpf_version_string();
    }
}
