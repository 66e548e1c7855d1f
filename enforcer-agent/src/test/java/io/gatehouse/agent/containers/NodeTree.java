// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A node's file system, made by hand in a test's folder.
final class NodeTree {
    /// Start time of every process that does not say otherwise.
    static final long STARTED_TICKS = 105_621;

    private final Path root;

    NodeTree(Path root) {
        this.root = root;
        dir("/proc");
        dir("/sys/fs/cgroup");
    }

    Path root() {
        return root;
    }

    Path at(String path) {
        return root.resolve(path.substring(1));
    }

    ContainerFinder finder() {
        return new ContainerFinder(root);
    }

    NodeTree dir(String path) {
        try {
            Files.createDirectories(at(path));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeTree file(String path, String content) {
        try {
            Files.createDirectories(at(path).getParent());
            Files.writeString(at(path), content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeTree link(String path, String target) {
        try {
            Files.createDirectories(at(path).getParent());
            Files.createSymbolicLink(at(path), Path.of(target));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Process 1 and the mounts of a pure cgroup2 node.
    NodeTree pureCgroup2() {
        return process(1, "0::/init.scope")
                .file("/proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
    }

    /// Process 1 and the mounts of a hybrid node: v1 controllers, and cgroup2 beside them.
    NodeTree hybrid() {
        return process(1, "4:memory:/\n3:pids:/\n2:cpu,cpuacct:/\n1:name=systemd:/init.scope\n0::/init.scope")
                .file("/proc/1/mountinfo", """
                        32 25 0:28 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw
                        33 25 0:29 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,name=systemd
                        34 25 0:30 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory
                        35 25 0:31 / /sys/fs/cgroup/pids rw shared:13 - cgroup cgroup rw,pids
                        36 25 0:32 / /sys/fs/cgroup/cpu,cpuacct rw shared:14 - cgroup cgroup rw,cpu,cpuacct
                        37 25 0:30 /docker /elsewhere rw shared:12 - cgroup cgroup rw,memory
                        """);
    }

    /// A process in the host's mount namespace.
    NodeTree process(long pid, String cgroups) {
        return process(pid, cgroups, "mnt:[4026531841]", STARTED_TICKS);
    }

    NodeTree process(long pid, String cgroups, String mountNamespace, long startedTicks) {
        var fields = "0 ".repeat(18); // fields 4 to 21
        return file("/proc/" + pid + "/cgroup", cgroups + "\n")
                .file("/proc/" + pid + "/stat", pid + " (a) b) S " + fields + startedTicks + " 0 0\n")
                .link("/proc/" + pid + "/ns/mnt", mountNamespace);
    }

    /// runc's `state.json`, cut to what is read of it.
    ///
    /// @param unified the container's cgroup2 directory
    /// @param labels as in the file: `"key=value", ...`
    static String runcState(String id, long pid, String unified, String labels) {
        return """
                {
                  "id": "%s",
                  "init_process_pid": %d,
                  "init_process_start": %d,
                  "config": {
                    "rootfs": "/var/lib/roots/%s",
                    "readonlyfs": true,
                    "mounts": [
                      {"source": "proc", "destination": "/proc", "device": "proc", "flags": 14, "propagation_flags": null, "data": ""},
                      {"source": "/srv/data", "destination": "/data", "device": "bind", "flags": 20481, "propagation_flags": [278528], "data": ""},
                      {"source": "tmpfs", "destination": "/tmp", "device": "tmpfs", "flags": 2, "propagation_flags": null, "data": "size=65536k,mode=1777"}
                    ],
                    "cgroups": {"path": "", "name": "x", "parent": "y"},
                    "labels": [%s]
                  },
                  "cgroup_paths": {"": "%s"}
                }
                """.formatted(id, pid, STARTED_TICKS, id, labels, unified);
    }
}
