// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// Which processes no rule may kill: whoever ends them ends the node, or what keeps it.
final class Spared {
    /// By the file that runs, outside containers: inside one, anybody may give a file any name.
    private static final Set<String> RUNTIMES = Set.of(
            "containerd",
            "containerd-shim",
            "containerd-shim-runc-v1",
            "containerd-shim-runc-v2",
            "docker-containerd",
            "docker-containerd-shim",
            "dockerd",
            "docker-init",
            "docker-proxy",
            "crio",
            "cri-dockerd",
            "conmon",
            "conmonrs",
            "runc",
            "crun",
            "youki",
            "runsc",
            "kata-runtime",
            "containerd-shim-kata-v2",
            "containerd-shim-runsc-v1",
            "kubelet",
            "k3s",
            "rke2",
            "k0s",
            "microk8s",
            "podman",
            "buildkitd");
    private static final String DELETED = " (deleted)";
    private static final int MOST_ANCESTORS = 64;

    private final Path proc;
    private final long self;

    /// @param proc the file system that tells of processes
    /// @param self the agent's number
    Spared(Path proc, long self) {
        this.proc = proc;
        this.self = self;
    }

    /// Why it must live; empty if it need not. To be asked while the process is held.
    Optional<String> why(Culprit culprit) {
        if (culprit.pid() <= 1) {
            return Optional.of("the first process of the node is never killed");
        }
        if (culprit.isKernelThread()) {
            return Optional.of("a kernel thread cannot be killed");
        }
        if (isAgentOrAbove(culprit.pid())) {
            return Optional.of("the agent and what started it are never killed");
        }
        var stat = ProcStat.read(proc, culprit.pid());
        if (stat.isPresent() && stat.get().isKernelThread()) {
            return Optional.of("a kernel thread cannot be killed");
        }
        if (isOutsideContainers(culprit.pid())) {
            var name = program(culprit.pid());
            if (RUNTIMES.contains(name)) {
                return Optional.of(name + " keeps the node's containers and is never killed");
            }
        }
        return Optional.empty();
    }

    private boolean isAgentOrAbove(long pid) {
        long at = self;
        for (int i = 0; i < MOST_ANCESTORS && at > 0; i++) {
            if (at == pid) {
                return true;
            }
            at = ProcStat.read(proc, at).map(ProcStat::parent).orElse(0L);
        }
        return false;
    }

    /// What sees the node's own files is the node's, whatever its control group. The agent's own view counts as the
    /// node's where the first process may not be asked for its.
    boolean isOutsideContainers(long pid) {
        var its = mounts(Long.toString(pid));
        return its.isPresent() && its.equals(mounts("1").or(() -> mounts(Long.toString(self))));
    }

    private Optional<Path> mounts(String pid) {
        try {
            return Optional.of(Files.readSymbolicLink(proc.resolve(pid + "/ns/mnt")));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private String program(long pid) {
        try {
            var name = Files.readSymbolicLink(proc.resolve(pid + "/exe"))
                    .getFileName()
                    .toString();
            return name.endsWith(DELETED) ? name.substring(0, name.length() - DELETED.length()) : name;
        } catch (IOException _) {
            return "";
        }
    }
}
