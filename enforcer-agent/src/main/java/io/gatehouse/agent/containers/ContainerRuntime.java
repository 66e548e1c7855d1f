// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

/// Who runs a container, in the words users have for it.
public enum ContainerRuntime {
    DOCKER("docker"),
    PODMAN("podman"),
    CONTAINERD("containerd"),
    CRIO("cri-o"),
    RUNC("runc"),
    CRUN("crun"),
    /// The cgroup says that it is a container, and nothing says whose.
    UNKNOWN("unknown");

    private final String text;

    ContainerRuntime(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /// What the prefix of a cgroup name such as `crio-` or `:docker:` stands for.
    static ContainerRuntime ofCgroupPrefix(String prefix) {
        return switch (prefix) {
            case "docker" -> DOCKER;
            case "libpod", "libpod-payload" -> PODMAN;
            case "cri-containerd", "nerdctl" -> CONTAINERD;
            case "crio" -> CRIO;
            case "runc" -> RUNC;
            case "crun" -> CRUN;
            default -> UNKNOWN;
        };
    }
}
