// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.events.KernelEvent.Actor;
import io.gatehouse.schemas.alert.Alert.Ancestor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/// The process behind an act as /proc tells of it, where no record of the kernel does. It waits for our answer
/// meanwhile, so what is read is its own.
final class ProcActor {
    /// Of /proc/PID/stat; 100 a second on every architecture that Linux has (USER_HZ).
    private static final long NANOS_PER_TICK = 10_000_000L;

    private static final int MAX_PARENTS = 8;

    private ProcActor() {}

    /// @param parent its number
    private record Stat(String name, int parent, long startTicks) {}

    static Actor of(int pid) {
        var own = stat(pid);
        var parents = new ArrayList<Ancestor>();
        for (int up = own.map(Stat::parent).orElse(0); up > 0 && parents.size() < MAX_PARENTS; ) {
            var parent = stat(up);
            if (parent.isEmpty()) {
                break;
            }
            parents.add(new Ancestor(parent.get().name(), up));
            up = parent.get().parent();
        }
        return new Actor(
                pid,
                own.map(Stat::startTicks).orElse(0L) * NANOS_PER_TICK,
                pid,
                owner(pid, "unix:uid"),
                owner(pid, "unix:gid"),
                own.map(Stat::name).orElse(""),
                parents);
    }

    /// Of a file that we have open, as its own mount namespace sees it.
    static String pathOf(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static Optional<Stat> stat(int pid) {
        try {
            var bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/stat"));
            var text = new String(bytes, StandardCharsets.ISO_8859_1); // a name is any bytes
            int end = text.lastIndexOf(')');
            var rest = text.substring(end + 2).split(" "); // starts at field 3
            return Optional.of(new Stat(
                    text.substring(text.indexOf('(') + 1, end), Integer.parseInt(rest[1]), Long.parseLong(rest[19])));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static long owner(int pid, String attribute) {
        try {
            return (int) Files.getAttribute(Path.of("/proc/" + pid), attribute);
        } catch (IOException _) {
            return 0;
        }
    }
}
