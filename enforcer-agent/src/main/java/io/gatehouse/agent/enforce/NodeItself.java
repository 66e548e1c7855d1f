// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.kernel.OpenedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Tells a container that the node runs in: its process 1, a container runtime, the kubelet, the agent. To govern one
/// would be to stop the node, so none ever is.
///
/// A name alone proves nothing, since anybody can give a program one. It counts for a process with the host's mounts,
/// where no container's process is, and for one that is as powerful as the host's administrator and runs a file of its
/// image as it was built: a node that is a container itself. Whoever can make such a container needs no disguise.
final class NodeItself {
    private static final Set<String> PROGRAMS = Set.of(
            "kubelet",
            "containerd",
            "containerd-shim",
            "containerd-shim-runc-v1",
            "containerd-shim-runc-v2",
            "dockerd",
            "docker-containerd",
            "crio",
            "cri-dockerd",
            "conmon",
            "conmonrs",
            "k3s",
            "k3s-server",
            "k3s-agent",
            "k0s",
            "rke2",
            "microk8s");

    private static final int CAP_SYS_ADMIN = 21;
    private static final String ALL_USERS = "4294967295";

    private final KernelSide kernel;
    private final int hostMounts = KernelSide.hostMountNamespace();
    private final long own = ProcessHandle.current().pid();

    NodeItself(KernelSide kernel) {
        this.kernel = kernel;
    }

    /// Why this container is not to be governed; empty where it may be.
    Optional<String> in(Container container) {
        for (long pid : processes(container.cgroup())) {
            if (pid == 1) {
                return Optional.of("process 1 of the node is in it");
            }
            if (pid == own) {
                return Optional.of("the agent is in it");
            }
            var program = program(pid);
            if (program.filter(PROGRAMS::contains).isPresent() && isOfNode(pid)) {
                return Optional.of("it runs " + program.get() + " (process " + pid + "), which containers depend on");
            }
        }
        return Optional.empty();
    }

    /// Whether such a program could still come to run in it.
    boolean mayBe(Container container) {
        return container.initPid().isPresent()
                && isAsGoodAsHost(container.initPid().getAsLong());
    }

    private boolean isOfNode(long pid) {
        if (KernelSide.mountNamespace(pid)
                .filter(mounts -> mounts == hostMounts)
                .isPresent()) {
            return true;
        }
        return isAsGoodAsHost(pid) && isOfImage(pid);
    }

    private boolean isOfImage(long pid) {
        try (var file = OpenedFile.open("/proc/" + pid + "/exe").orElse(null)) {
            return file != null && !kernel.identify(file, 0).upper();
        }
    }

    private static boolean isAsGoodAsHost(long pid) {
        try {
            boolean admin = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .anyMatch(line ->
                            (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_SYS_ADMIN & 1) == 1);
            return admin
                    && Files.readString(Path.of("/proc/" + pid + "/uid_map")).contains(ALL_USERS);
        } catch (IOException _) {
            return false; // it ended
        }
    }

    private static Optional<String> program(long pid) {
        try {
            // "/" where the file has no name we could see: runc starts itself from a mount of its own.
            return Optional.ofNullable(Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"))
                            .getFileName())
                    .map(Path::toString);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static List<Long> processes(Container.Cgroup cgroup) {
        var pids = new ArrayList<Long>();
        var directory = cgroup.unified()
                .filter(each -> !CgroupKeys.isRoot(each)) // everybody's
                .or(() -> Optional.ofNullable(cgroup.v1().get("memory")).filter(each -> !CgroupKeys.isRoot(each)));
        if (directory.isEmpty()) {
            return pids;
        }
        try (Stream<Path> tree = Files.walk(directory.get())) {
            for (var each : tree.filter(Files::isDirectory).toList()) {
                for (var line : Files.readAllLines(each.resolve("cgroup.procs"))) {
                    pids.add(Long.parseLong(line));
                }
            }
        } catch (IOException | UncheckedIOException _) {
            return pids; // it ends while we look
        }
        return pids;
    }
}
