// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.kernel.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/// The numbers by which the kernel's hooks know a container's cgroups: inode numbers in the cgroup2 file system, or,
/// where a hybrid host places a container by v1 alone, in that of the memory controller (with a bit that says so).
public final class CgroupKeys {
    private static final long ROOT = 1;

    private CgroupKeys() {}

    /// Keys of the container's cgroup and of every one below it. Empty where the container is gone.
    public static Set<Long> of(Container.Cgroup cgroup) {
        var keys = new LinkedHashSet<Long>();
        cgroup.unified().ifPresent(directory -> collect(directory, 0, keys));
        keys.removeIf(CgroupKeys::isRoot);
        if (keys.isEmpty()) {
            var memory = cgroup.v1().get("memory");
            if (memory != null) {
                collect(memory, Wire.V1_KEY, keys);
            }
        }
        keys.removeIf(CgroupKeys::isRoot);
        return keys;
    }

    public static boolean exist(Container.Cgroup cgroup) {
        return cgroup.unified().filter(Files::isDirectory).isPresent()
                || cgroup.v1().values().stream().anyMatch(Files::isDirectory);
    }

    /// The root of a hierarchy, where everybody is who is nowhere else.
    public static boolean isRoot(long key) {
        return (key & ~Wire.V1_KEY) == ROOT;
    }

    static boolean isRoot(Path directory) {
        try {
            return isRoot(inode(directory));
        } catch (UncheckedIOException _) {
            return false; // it is gone
        }
    }

    private static void collect(Path directory, long bits, Set<Long> keys) {
        try (var tree = Files.walk(directory)) {
            tree.filter(Files::isDirectory).forEach(each -> keys.add(inode(each) | bits));
        } catch (IOException | UncheckedIOException _) {
            return; // it went while we looked; what is gone needs no rules
        }
    }

    private static long inode(Path directory) {
        try {
            return (long) Files.getAttribute(directory, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
