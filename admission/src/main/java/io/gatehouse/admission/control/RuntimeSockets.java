// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import java.util.List;

/// Where sockets lie through which a process rules the node: those of container runtimes, of the kubelet and its
/// plug-ins, of builders of images and of the init system. `/run` stands for `/var/run` too: [HostPath].
final class RuntimeSockets {
    static final List<String> PATHS = List.of(
            "/run/docker.sock",
            "/run/docker", // of a Docker that runs its own containerd
            "/run/cri-dockerd.sock",
            "/run/dockershim.sock",
            "/run/containerd/containerd.sock",
            "/run/containerd/containerd.sock.ttrpc",
            "/run/containerd/s", // of shims
            "/run/crio/crio.sock",
            "/run/podman/podman.sock",
            "/run/k3s/containerd",
            "/run/k0s",
            "/run/rke2/containerd",
            "/run/frakti.sock",
            "/run/pouchcri.sock",
            "/run/isulad.sock",
            "/run/kata-containers",
            "/run/nri",
            "/run/buildkit",
            "/run/stargz-store",
            "/run/containerd-stargz-grpc",
            "/run/systemd/private",
            "/run/dbus/system_bus_socket",
            "/run/lxd.socket",
            "/run/incus",
            "/run/garden",
            "/var/lib/kubelet/device-plugins",
            "/var/lib/kubelet/plugins",
            "/var/lib/kubelet/plugins_registry",
            "/var/lib/kubelet/pod-resources",
            "/var/lib/lxd/unix.socket",
            "/var/snap/microk8s/common/run",
            "/var/snap/lxd/common/lxd/unix.socket",
            "/var/snap/docker");

    private RuntimeSockets() {}
}
