// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How busy a machine is with something else than what is measured.
///
/// @param at nanoseconds of `System.nanoTime`
/// @param othersTicks that all cores spent on everything but some processes
record MachineTime(long at, long othersTicks) {
    private static final double TICKS_A_SECOND = 100; // of /proc, USER_HZ on every machine we run on

    /// @param ours the processes that do not count
    static MachineTime now(List<Long> ours) throws IOException {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice; guests are in user already
        var all = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
        long busy = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            busy += Long.parseLong(all[field]);
        }
        for (var process : ours) {
            var stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            busy -= Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return new MachineTime(System.nanoTime(), busy);
    }

    /// In cores.
    double othersSince(MachineTime before) {
        double seconds = (at - before.at) / 1e9;
        return Math.max(0, (othersTicks - before.othersTicks) / TICKS_A_SECOND / seconds);
    }
}
