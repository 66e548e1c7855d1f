// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.agent.containers.Container.Mount;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which mounts of a container count as its author's volumes, from the records of the runtimes.
class VolumesTest {
    @Test
    void binds_and_memory_that_may_be_written_are_volumes() {
        var data = bind("/data", "/srv/data", "rbind", "rw");
        var scratch = new Mount("/tmp", "tmpfs", "tmpfs", List.of("nosuid", "size=64m"));
        var nfs = new Mount("/share", "node:/share", "nfs4", List.of("rw"));

        assertEquals(List.of(data, scratch, nfs), Volumes.declared(List.of(data, scratch, nfs)));
    }

    @Test
    void what_may_only_be_read_is_no_volume_to_write() {
        assertEquals(List.of(), Volumes.declared(List.of(bind("/etc/config", "/srv/config", "rbind", "ro"))));
    }

    @Test
    void what_every_container_is_given_is_no_volume() {
        var given = List.of(
                new Mount("/proc", "proc", "proc", List.of()),
                new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "mode=755")),
                new Mount("/dev/shm", "shm", "tmpfs", List.of("nosuid")),
                new Mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid")),
                new Mount("/sys/fs/cgroup", "cgroup", "cgroup2", List.of("rw")),
                bind("/sys/fs/cgroup/", "/sys/fs/cgroup", "rbind", "rw"),
                bind("/dev/shm", "/run/containerd/io.containerd.grpc.v1.cri/sandboxes/a/shm", "rbind", "rw"),
                bind("/etc/hosts", "/var/lib/kubelet/pods/a/etc-hosts", "rbind", "rw"),
                bind("/etc/resolv.conf", "/var/lib/docker/containers/a/resolv.conf", "rbind", "rprivate"),
                bind("/run/.containerenv", "/run/containers/storage/a/.containerenv", "bind", "rw"));

        assertEquals(List.of(), Volumes.declared(given));
    }

    /// Memory for a database that wants more of it than every container is given.
    @Test
    void a_pods_own_volume_in_a_usual_place_is_a_volume() {
        var own = bind("/dev/shm", "/var/lib/kubelet/pods/a/volumes/kubernetes.io~empty-dir/memory", "rbind", "rw");

        assertEquals(List.of(own), Volumes.declared(List.of(own)));
    }

    /// The kubelet gives it to every container of a pod, and reads it afterwards.
    @Test
    void the_last_words_of_a_pods_container_may_be_written() {
        var words = bind("/dev/termination-log", "/var/lib/kubelet/pods/a/containers/b/c", "rbind", "rw");

        assertEquals(List.of(words), Volumes.declared(List.of(words)));
    }

    private static Mount bind(String destination, String source, String... options) {
        return new Mount(destination, source, "bind", List.of(options));
    }
}
