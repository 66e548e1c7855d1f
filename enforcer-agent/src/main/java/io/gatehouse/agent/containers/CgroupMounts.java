// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.CgroupFile.Membership;
import io.gatehouse.agent.containers.NodeFiles.Read;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where the node has mounted its cgroup hierarchies, as process 1 sees them.
///
/// @param unified mount point of cgroup2
/// @param v1 mount points by the set of their controllers
record CgroupMounts(Optional<String> unified, Map<Set<String>, String> v1) {
    CgroupMounts {
        v1 = Map.copyOf(v1);
    }

    static CgroupMounts read(NodeFiles files) {
        if (files.proc(1, "mountinfo") instanceof Read.Got<String>(var text)) {
            return parse(text);
        }
        // proc(5): without ptrace permission on process 1 its mounts are hidden; these are systemd's two places
        var unified = files.resolve("/sys/fs/cgroup/cgroup.controllers").isPresent()
                ? Optional.of("/sys/fs/cgroup")
                : files.directory("/sys/fs/cgroup/unified").map(_ -> "/sys/fs/cgroup/unified");
        return new CgroupMounts(unified, Map.of());
    }

    /// See proc(5): `id parent dev root mountpoint options [optional...] - type source superoptions`.
    static CgroupMounts parse(String mountinfo) {
        var unified = Optional.<String>empty();
        var v1 = new HashMap<Set<String>, String>();
        for (var line : mountinfo.split("\n")) {
            var halves = line.split(" - ", 2);
            var head = halves[0].split(" ");
            if (halves.length < 2 || head.length < 6 || !head[3].equals("/")) {
                continue; // a bind mount of one cgroup is no hierarchy's root
            }
            var tail = halves[1].split(" ");
            if (tail[0].equals("cgroup2")) {
                unified = unified.or(() -> Optional.of(head[4]));
            } else if (tail[0].equals("cgroup") && tail.length > 2) {
                v1.putIfAbsent(new HashSet<>(Arrays.asList(tail[2].split(","))), head[4]);
            }
        }
        return new CgroupMounts(unified, v1);
    }

    /// The directory of one cgroup, if it can be seen from here.
    Optional<Path> directory(NodeFiles files, Membership membership, String path) {
        if (path.startsWith("/..")) {
            return Optional.empty(); // outside of our cgroup namespace, so its place below the mount is not known
        }
        if (membership.unified()) {
            return unified.flatMap(mount -> files.directory(mount + path));
        }
        return v1.entrySet().stream()
                .filter(mount -> mount.getKey().containsAll(membership.controllers()))
                .findFirst()
                .flatMap(mount -> files.directory(mount.getValue() + path));
    }
}
