// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container.Mount;
import java.util.List;
import java.util.Set;

/// Which mounts of a container its author asked for, by what the runtime wrote down: the difference between a volume
/// and what every container is given.
final class Volumes {
    /// Files and directories that runtimes put into every container. A pod's own volume in such a place is a volume all
    /// the same.
    private static final Set<String> USUAL = Set.of(
            "/etc/hosts",
            "/etc/hostname",
            "/etc/resolv.conf",
            "/etc/mtab",
            "/etc/localtime",
            "/run/.containerenv",
            "/var/run/.containerenv",
            "/run/secrets",
            "/dev",
            "/dev/shm",
            "/dev/mqueue",
            "/dev/pts",
            "/dev/console");

    /// What the kubelet makes for the volumes of a pod.
    private static final List<String> OF_PODS = List.of("/volumes/kubernetes.io~", "/volume-subpaths/");

    /// Interfaces of the kernel, and what it keeps for them.
    private static final Set<String> INTERFACES = Set.of(
            "proc",
            "sysfs",
            "cgroup",
            "cgroup2",
            "mqueue",
            "devpts",
            "devtmpfs",
            "securityfs",
            "debugfs",
            "tracefs",
            "bpf",
            "configfs",
            "efivarfs",
            "binfmt_misc",
            "selinuxfs");

    private Volumes() {}

    /// In the order of mounting.
    static List<Mount> declared(List<Mount> mounts) {
        return mounts.stream().filter(Volumes::isDeclared).toList();
    }

    private static boolean isDeclared(Mount mount) {
        if (!mount.writable() || INTERFACES.contains(mount.type())) {
            return false;
        }
        var place = plain(mount.destination());
        if (isBelow(place, "/proc") || isBelow(place, "/sys")) {
            return false;
        }
        return !USUAL.contains(place) || OF_PODS.stream().anyMatch(mount.source()::contains);
    }

    /// Whether what is mounted is a file or directory of the node.
    static boolean isBind(Mount mount) {
        return mount.type().equals("bind")
                || mount.options().contains("bind")
                || mount.options().contains("rbind");
    }

    private static boolean isBelow(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    private static String plain(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
