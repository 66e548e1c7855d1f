// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// `/proc/PID/cgroup`: in which cgroup of each hierarchy a process lives.
///
/// @param memberships those that tell most about containers first: unified, memory, pids, systemd, the rest
record CgroupFile(List<Membership> memberships) {
    private static final List<String> TELLING = List.of("", "memory", "pids", "name=systemd");

    CgroupFile {
        memberships = List.copyOf(memberships);
    }

    /// @param controllers of a v1 hierarchy; empty for the unified one
    /// @param path from the root of the reader's cgroup namespace; starts with `/..` where it lies outside of it
    record Membership(List<String> controllers, String path) {
        Membership {
            controllers = List.copyOf(controllers);
        }

        boolean unified() {
            return controllers.isEmpty();
        }

        private int rank() {
            var best = TELLING.size();
            for (var name : unified() ? List.of("") : controllers) {
                var rank = TELLING.indexOf(name);
                best = rank < 0 ? best : Math.min(best, rank);
            }
            return best;
        }
    }

    /// Lines that are none are passed over.
    static CgroupFile parse(String text) {
        var found = new ArrayList<Membership>();
        for (var line : text.split("\n")) {
            var controllersAt = line.indexOf(':') + 1;
            var pathAt = line.indexOf(':', controllersAt) + 1;
            if (controllersAt == 0 || pathAt == 0 || !line.startsWith("/", pathAt)) {
                continue;
            }
            var controllers = line.substring(controllersAt, pathAt - 1);
            found.add(new Membership(
                    controllers.isEmpty() ? List.of() : Arrays.asList(controllers.split(",")), line.substring(pathAt)));
        }
        found.sort(Comparator.comparingInt(Membership::rank));
        return new CgroupFile(found);
    }

    /// Whether `path` is `ancestor` or lies below it.
    static boolean within(String path, String ancestor) {
        return path.startsWith(ancestor)
                && (path.length() == ancestor.length() || path.charAt(ancestor.length()) == '/');
    }
}
