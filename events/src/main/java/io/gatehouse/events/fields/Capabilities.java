// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

/// Names of capabilities, in the order of the kernel's bits.
final class Capabilities {
    private static final String[] NAMES =
            ("CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL "
                            + "CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST "
                            + "CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT "
                            + "CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME "
                            + "CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP "
                            + "CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ "
                            + "CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE")
                    .split(" ");
    private static final int REMEMBERED = 64;

    private record Text(long set, String text) {}

    /// Few sets are ever seen; an entry is replaced by another of the same place. Any thread: entries are immutable.
    private static final Text[] SEEN = new Text[REMEMBERED];

    private Capabilities() {}

    /// The names with a blank between; empty for none.
    static String text(long set) {
        int place = Long.hashCode(set * 0x9e3779b97f4a7c15L) >>> 26;
        var seen = SEEN[place];
        if (seen == null || seen.set != set) {
            seen = new Text(set, join(set));
            SEEN[place] = seen;
        }
        return seen.text;
    }

    private static String join(long set) {
        var text = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((set & 1L << bit) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(NAMES[bit]);
            }
        }
        return text.toString();
    }
}
