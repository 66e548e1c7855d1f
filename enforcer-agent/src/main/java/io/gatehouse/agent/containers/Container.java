// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.schemas.alert.Alert;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A container that has a process on this node.
///
/// @param id the runtime's id, in full
/// @param name in a pod the container's name there, else the name the runtime gave it; absent where it is not known
/// @param image reference as the runtime knows it; absent where none is recorded, as for bare `runc`
/// @param kind whether a workload runs in it or it only holds a pod's namespaces
/// @param mounts as the runtime set them up, in its order; empty where they are not known
/// @param rootfs on the node, seen from the node's own root; absent where it is not known
/// @param root whether the root file system was asked to be read-only
/// @param initPid in the node's pid namespace; absent where it is not known
/// @param labels labels and annotations as its runtimes wrote them; where two say different things, the lowest one's
/// @param imageId of the image itself, as its runtime counts it; absent where it is not told
/// @param path folders where its first program was told to look for programs; empty where that is not known
/// @param gaps what could not be read and why, one sentence each; such a container is still a container
public record Container(
        String id,
        Optional<String> name,
        Optional<String> image,
        ContainerRuntime runtime,
        Kind kind,
        Optional<Pod> pod,
        List<Mount> mounts,
        Optional<Path> rootfs,
        Root root,
        OptionalLong initPid,
        Cgroup cgroup,
        Map<String, String> labels,
        Optional<String> imageId,
        List<String> path,
        List<String> gaps) {
    private static final int SHORT_ID = 12;

    public Container {
        mounts = List.copyOf(mounts);
        labels = Map.copyOf(labels);
        path = List.copyOf(path);
        gaps = List.copyOf(gaps);
    }

    public enum Kind {
        WORKLOAD,
        /// The pause container of a pod, or podman's infra container.
        SANDBOX
    }

    public enum Root {
        READ_ONLY,
        WRITABLE,
        UNKNOWN
    }

    /// A Kubernetes pod. Where no annotation was readable, the cgroup path still tells the uid.
    ///
    /// @param container the container's name in the pod; absent for the sandbox
    public record Pod(
            Optional<String> namespace, Optional<String> name, Optional<String> uid, Optional<String> container) {}

    /// @param destination in the container, absolute
    /// @param source on the node, or the name of a pseudo file system
    /// @param options in the words of mount(8)
    public record Mount(String destination, String source, String type, List<String> options) {
        public Mount {
            options = List.copyOf(options);
        }

        /// As in mount(8) the last word wins.
        public boolean writable() {
            var writable = true;
            for (var option : options) {
                writable = switch (option) {
                    case "ro", "rro" -> false;
                    case "rw", "rrw" -> true;
                    default -> writable;
                };
            }
            return writable;
        }
    }

    /// The container's own cgroups; processes may live in others below them.
    ///
    /// @param path as `/proc/PID/cgroup` shows it: in the unified hierarchy where the container has one there
    /// @param unified directory in the cgroup2 file system; its inode number is the kernel's cgroup id
    /// @param v1 directories by controller (`memory`, `pids`, `name=systemd`); empty on a pure cgroup2 node
    public record Cgroup(String path, Optional<Path> unified, Map<String, Path> v1) {
        public Cgroup {
            v1 = Map.copyOf(v1);
        }
    }

    /// The name, or the first twelve letters of the id as the runtimes' own lists print it.
    public String shownName() {
        return name.orElseGet(() -> id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id);
    }

    /// As an alert tells it.
    public Alert.ContainerFacts facts() {
        return new Alert.ContainerFacts(id, shownName(), image, runtime.text());
    }

    /// As an alert tells it; absent where the pod's name is not known.
    public Optional<Alert.PodFacts> podFacts() {
        return pod.flatMap(known ->
                known.namespace().flatMap(namespace -> known.name().map(name -> new Alert.PodFacts(namespace, name))));
    }
}
