// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What `/proc/PID/stat` says of one process.
///
/// @param startTicks since boot, in hundredths of a second
record ProcStat(long parent, long flags, long startTicks) {
    static final long NANOS_PER_TICK = 10_000_000;

    private static final long KERNEL_THREAD = 0x00200000; // PF_KTHREAD
    // Counted behind the name, which may hold anything: field 3 is the first.
    private static final int PARENT = 4 - 3;
    private static final int FLAGS = 9 - 3;
    private static final int START = 22 - 3;

    /// Empty where there is no such process.
    static Optional<ProcStat> read(Path proc, long pid) {
        try {
            var stat = new String(Files.readAllBytes(proc.resolve(pid + "/stat")), StandardCharsets.ISO_8859_1);
            int end = stat.lastIndexOf(')');
            if (end < 0) {
                return Optional.empty();
            }
            var fields = stat.substring(end + 1).strip().split(" ");
            return fields.length <= START
                    ? Optional.empty()
                    : Optional.of(new ProcStat(
                            Long.parseLong(fields[PARENT]),
                            Long.parseLong(fields[FLAGS]),
                            Long.parseLong(fields[START])));
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    boolean isKernelThread() {
        return (flags & KERNEL_THREAD) != 0;
    }
}
