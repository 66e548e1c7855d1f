// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.containers.Container.Kind;
import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.containers.Container.Pod;
import io.gatehouse.agent.containers.Container.Root;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each runtime in each of its cgroup layouts, on trees made by hand.
final class ContainerFinderTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String UID = "0b0b7a3c-5d1e-4c55-9d7b-0123456789ab";
    private static final String UID_IN_SLICE = UID.replace('-', '_');
    private static final long PID = 4711;

    @TempDir
    Path folder;

    private NodeTree node;

    @BeforeEach
    void an_empty_node() {
        node = new NodeTree(folder);
    }

    private Container known() {
        return assertInstanceOf(Finding.Known.class, node.finder().find(PID)).container();
    }

    private static final String DOCKER_CONFIG = """
            {"ID": "%s", "Name": "/web", "Image": "sha256:1111", "State": {"Pid": 4711},
             "Config": {"Image": "nginx:1.27", "Labels": {"team": "shop"}},
             "MountPoints": {"/data": {"Source": "/srv/data", "Destination": "/data", "RW": false, "Type": "bind"}}}
            """.formatted(A);

    // docker

    @Test
    void docker_with_systemd_on_cgroup2() {
        var cgroup = "/system.slice/docker-" + A + ".scope";
        node.pureCgroup2()
                .process(PID, "0::" + cgroup)
                .dir("/sys/fs/cgroup" + cgroup)
                .file(
                        "/run/docker/runtime-runc/moby/" + A + "/state.json",
                        NodeTree.runcState(
                                A,
                                PID,
                                "/sys/fs/cgroup" + cgroup,
                                "\"bundle=/run/containerd/io.containerd.runtime.v2.task/moby/" + A + "\""))
                .file("/var/lib/docker/containers/" + A + "/config.v2.json", DOCKER_CONFIG);

        var container = known();

        assertEquals(A, container.id());
        assertEquals(Optional.of("web"), container.name());
        assertEquals(Optional.of("nginx:1.27"), container.image());
        assertEquals(ContainerRuntime.DOCKER, container.runtime());
        assertEquals(Optional.empty(), container.pod());
        assertEquals(OptionalLong.of(PID), container.initPid());
        assertEquals(Optional.of(Path.of("/var/lib/roots/" + A)), container.rootfs());
        assertEquals(Root.READ_ONLY, container.root());
        assertEquals(
                List.of(
                        new Mount("/proc", "proc", "proc", List.of("rw", "nosuid", "nodev", "noexec")),
                        new Mount("/data", "/srv/data", "bind", List.of("rbind", "ro", "rprivate")),
                        new Mount("/tmp", "tmpfs", "tmpfs", List.of("rw", "nosuid", "size=65536k", "mode=1777"))),
                container.mounts());
        assertEquals(
                Optional.of(node.at("/sys/fs/cgroup" + cgroup)),
                container.cgroup().unified());
        assertEquals(Map.of(), container.cgroup().v1());
        assertEquals(List.of(), container.gaps());
    }

    @Test
    void docker_with_cgroupfs_on_a_hybrid_node() {
        var cgroup = "/docker/" + A;
        node.hybrid()
                .process(
                        PID,
                        "4:memory:" + cgroup + "\n3:pids:" + cgroup + "\n2:cpu,cpuacct:" + cgroup + "\n1:name=systemd:"
                                + cgroup + "\n0::/")
                .dir("/sys/fs/cgroup/memory" + cgroup)
                .dir("/sys/fs/cgroup/pids" + cgroup)
                .dir("/sys/fs/cgroup/cpu,cpuacct" + cgroup)
                .dir("/sys/fs/cgroup/systemd" + cgroup)
                .file("/var/lib/docker/containers/" + A + "/config.v2.json", DOCKER_CONFIG);

        var container = known();

        assertEquals(Optional.of("web"), container.name());
        assertEquals(OptionalLong.of(PID), container.initPid());
        assertEquals(List.of(new Mount("/data", "/srv/data", "bind", List.of("ro"))), container.mounts());
        assertEquals(Optional.empty(), container.cgroup().unified());
        assertEquals(
                Map.of(
                        "memory", node.at("/sys/fs/cgroup/memory" + cgroup),
                        "pids", node.at("/sys/fs/cgroup/pids" + cgroup),
                        "cpu", node.at("/sys/fs/cgroup/cpu,cpuacct" + cgroup),
                        "cpuacct", node.at("/sys/fs/cgroup/cpu,cpuacct" + cgroup),
                        "name=systemd", node.at("/sys/fs/cgroup/systemd" + cgroup)),
                container.cgroup().v1());
    }

    @Test
    void docker_with_a_moved_data_root_behind_a_link() {
        node.pureCgroup2()
                .process(PID, "0::/system.slice/docker-" + A + ".scope")
                .link("/srv/docker", "/mnt/disk/docker")
                .file("/mnt/disk/docker/containers/" + A + "/config.v2.json", DOCKER_CONFIG)
                .file("/run/containerd/io.containerd.runtime.v2.task/moby/" + A + "/config.json", """
                        {"root": {"path": "rootfs", "readonly": false},
                         "mounts": [{"destination": "/etc/hostname", "type": "bind", "options": ["rbind", "rprivate"],
                                     "source": "/srv/docker/containers/%s/hostname"}]}
                        """.formatted(A));

        var container = known();

        assertEquals(Optional.of("web"), container.name());
        assertEquals(Root.WRITABLE, container.root());
        assertEquals(
                Optional.of(Path.of("/run/containerd/io.containerd.runtime.v2.task/moby/" + A + "/rootfs")),
                container.rootfs());
        assertEquals(List.of("rbind", "rprivate"), container.mounts().getFirst().options());
    }

    @Test
    void docker_under_kubernetes_tells_its_pod_by_labels() {
        node.pureCgroup2()
                .process(PID, "0::/kubepods/burstable/pod" + UID + "/" + A)
                .file("/var/lib/docker/containers/" + A + "/config.v2.json", """
                        {"Name": "/k8s_nginx_web-0_shop_%s_0", "Config": {"Image": "nginx@sha256:22", "Labels": {
                         "io.kubernetes.container.name": "nginx", "io.kubernetes.docker.type": "container",
                         "io.kubernetes.pod.name": "web-0", "io.kubernetes.pod.namespace": "shop",
                         "io.kubernetes.pod.uid": "%s"}}}
                        """.formatted(UID, UID));

        var container = known();

        assertEquals(ContainerRuntime.DOCKER, container.runtime());
        assertEquals(Optional.of("nginx"), container.name());
        assertEquals(
                Optional.of(new Pod(Optional.of("shop"), Optional.of("web-0"), Optional.of(UID), Optional.of("nginx"))),
                container.pod());
    }

    // containerd

    private static final String CRI_LABELS = """
            "io.kubernetes.cri.container-name=nginx", "io.kubernetes.cri.container-type=container",
            "io.kubernetes.cri.image-name=docker.io/library/nginx:1.27", "io.kubernetes.cri.sandbox-name=web-0",
            "io.kubernetes.cri.sandbox-namespace=shop", "io.kubernetes.cri.sandbox-uid=%s"
            """.formatted(UID);

    @Test
    void containerd_under_kubernetes_with_systemd_on_cgroup2() {
        var cgroup = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + UID_IN_SLICE
                + ".slice/cri-containerd-" + A + ".scope";
        node.pureCgroup2()
                .process(PID, "0::" + cgroup + "/init.scope")
                .dir("/sys/fs/cgroup" + cgroup)
                .file(
                        "/run/containerd/runc/k8s.io/" + A + "/state.json",
                        NodeTree.runcState(A, PID, "/sys/fs/cgroup" + cgroup, CRI_LABELS));

        var container = known();

        assertEquals(ContainerRuntime.CONTAINERD, container.runtime());
        assertEquals(Optional.of("nginx"), container.name());
        assertEquals(Optional.of("docker.io/library/nginx:1.27"), container.image());
        assertEquals(
                Optional.of(new Pod(Optional.of("shop"), Optional.of("web-0"), Optional.of(UID), Optional.of("nginx"))),
                container.pod());
        assertEquals(Kind.WORKLOAD, container.kind());
        assertEquals(cgroup, container.cgroup().path());
        assertEquals(
                Optional.of(node.at("/sys/fs/cgroup" + cgroup)),
                container.cgroup().unified());
        assertEquals("shop", container.podFacts().orElseThrow().namespace());
        assertEquals("containerd", container.facts().runtime());
    }

    @Test
    void containerd_under_kubernetes_with_cgroupfs_on_a_hybrid_node() {
        var cgroup = "/kubepods/burstable/pod" + UID + "/" + A;
        node.hybrid()
                .process(PID, "4:memory:" + cgroup + "\n3:pids:" + cgroup + "\n0::/")
                .dir("/sys/fs/cgroup/memory" + cgroup)
                .file("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + A + "/config.json", """
                        {"root": {"path": "rootfs", "readonly": true}, "annotations": {
                         "io.kubernetes.cri.container-name": "nginx", "io.kubernetes.cri.sandbox-name": "web-0",
                         "io.kubernetes.cri.sandbox-namespace": "shop"}}
                        """);

        var container = known();

        assertEquals(ContainerRuntime.CONTAINERD, container.runtime());
        assertEquals(Optional.of(UID), container.pod().orElseThrow().uid(), "from the path, the annotation is absent");
        assertEquals(Root.READ_ONLY, container.root());
        assertEquals(
                Map.of("memory", node.at("/sys/fs/cgroup/memory" + cgroup)),
                container.cgroup().v1());
    }

    @Test
    void a_pods_sandbox_is_told_apart() {
        var cgroup = "/kubepods.slice/kubepods-pod" + UID_IN_SLICE + ".slice/cri-containerd-" + A + ".scope";
        node.pureCgroup2()
                .process(PID, "0::" + cgroup)
                .file(
                        "/run/containerd/runc/k8s.io/" + A + "/state.json",
                        NodeTree.runcState(A, PID, "/sys/fs/cgroup" + cgroup, """
                                "io.kubernetes.cri.container-type=sandbox", "io.kubernetes.cri.sandbox-name=web-0",
                                "io.kubernetes.cri.sandbox-namespace=shop"
                                """));
        var container = known();
        assertEquals(Kind.SANDBOX, container.kind());
        assertEquals(Optional.empty(), container.pod().orElseThrow().container());
    }

    @Test
    void ctr_takes_the_users_id_for_a_name_and_the_namespace_for_a_cgroup() {
        node.pureCgroup2()
                .process(PID, "0::/default/my-web")
                .file(
                        "/run/containerd/runc/default/my-web/state.json",
                        NodeTree.runcState("my-web", PID, "/sys/fs/cgroup/default/my-web", ""));
        var container = known();
        assertEquals(ContainerRuntime.CONTAINERD, container.runtime());
        assertEquals(Optional.of("my-web"), container.name());
        assertEquals(Optional.empty(), container.image());
        assertEquals("/default/my-web", container.cgroup().path());
    }

    @Test
    void nerdctl_tells_its_name_by_annotation() {
        node.pureCgroup2()
                .process(PID, "0::/system.slice/nerdctl-" + A + ".scope")
                .file(
                        "/run/containerd/runc/default/" + A + "/state.json",
                        NodeTree.runcState(
                                A, PID, "/sys/fs/cgroup/system.slice/nerdctl-" + A + ".scope", "\"nerdctl/name=web\""));
        assertEquals(Optional.of("web"), known().name());
    }

    // CRI-O and podman

    private static final String STORAGE = "/var/lib/containers/storage/";

    @Test
    void crio_with_systemd_on_cgroup2_run_by_crun() {
        var cgroup = "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + UID_IN_SLICE + ".slice/crio-"
                + A + ".scope";
        var bundle = "/run/containers/storage/overlay-containers/" + A + "/userdata";
        node.pureCgroup2()
                .process(PID, "0::" + cgroup + "/container")
                .dir("/sys/fs/cgroup" + cgroup)
                .file("/run/crun/" + A + "/status", """
                        {"pid": 4711, "process-start-time": 105621, "cgroup-path": "%s", "rootfs": "/var/lib/roots/a",
                         "systemd-cgroup": true, "bundle": "%s"}
                        """.formatted(cgroup, bundle))
                .file(bundle + "/config.json", """
                        {"root": {"path": "/var/lib/roots/a", "readonly": true},
                         "mounts": [{"destination": "/data", "type": "bind", "source": "/srv", "options": ["ro", "rbind"]}],
                         "annotations": {"io.container.manager": "cri-o", "io.kubernetes.cri-o.ContainerType": "container",
                         "io.kubernetes.cri-o.ImageName": "quay.io/shop/web:7", "io.kubernetes.container.name": "nginx",
                         "io.kubernetes.pod.name": "web-0", "io.kubernetes.pod.namespace": "shop",
                         "io.kubernetes.pod.uid": "%s"}}
                        """.formatted(UID));

        var container = known();

        assertEquals(ContainerRuntime.CRIO, container.runtime());
        assertEquals(Optional.of("nginx"), container.name());
        assertEquals(Optional.of("quay.io/shop/web:7"), container.image());
        assertEquals("web-0", container.podFacts().orElseThrow().name());
        assertEquals(OptionalLong.of(PID), container.initPid());
        assertEquals(List.of(new Mount("/data", "/srv", "bind", List.of("ro", "rbind"))), container.mounts());
        assertEquals(cgroup, container.cgroup().path());
        assertEquals(Root.READ_ONLY, container.root());
    }

    @Test
    void crio_with_cgroupfs_on_a_hybrid_node() {
        var cgroup = "/kubepods/besteffort/pod" + UID + "/crio-" + A;
        node.hybrid().process(PID, "4:memory:" + cgroup + "\n0::/");
        var container = known();
        assertEquals(ContainerRuntime.CRIO, container.runtime());
        assertEquals(Optional.of(UID), container.pod().orElseThrow().uid());
        assertEquals(Optional.empty(), container.podFacts(), "an alert needs the pod's name");
    }

    private NodeTree podmanStorage(NodeTree tree, String metadata) {
        return tree.file(STORAGE + "overlay-containers/containers.json", """
                        [{"id": "%s", "names": ["other"], "image": "9999"},
                         {"id": "%s", "names": ["web"], "image": "2fee", "metadata": "%s"}]
                        """.formatted(B, A, metadata))
                .file(STORAGE + "overlay-images/images.json", """
                        [{"id": "9999", "names": ["wrong:1"]}, {"id": "2fee", "names": ["localhost/web:1", "later:2"]}]
                        """);
    }

    @Test
    void podman_with_systemd_on_cgroup2() {
        var cgroup = "/machine.slice/libpod-" + A + ".scope";
        podmanStorage(node.pureCgroup2(), "{\\\"image-name\\\":\\\"localhost/web:1\\\"}")
                .process(PID, "0::" + cgroup + "/container")
                .file(
                        "/run/runc/" + A + "/state.json",
                        NodeTree.runcState(
                                A,
                                PID,
                                "/sys/fs/cgroup" + cgroup,
                                "\"io.container.manager=libpod\", \"bundle=" + STORAGE + "overlay-containers/" + A
                                        + "/userdata\""));
        var container = known();
        assertEquals(ContainerRuntime.PODMAN, container.runtime());
        assertEquals(Optional.of("web"), container.name());
        assertEquals(Optional.of("localhost/web:1"), container.image());
        assertEquals(cgroup, container.cgroup().path());
    }

    @Test
    void podman_with_cgroupfs_on_a_hybrid_node() {
        var cgroup = "/libpod_parent/libpod-" + A;
        podmanStorage(node.hybrid(), "no json")
                .process(PID, "4:memory:" + cgroup + "\n3:pids:" + cgroup + "\n0::" + cgroup)
                .dir("/sys/fs/cgroup/unified" + cgroup)
                .file(STORAGE + "overlay-containers/" + A + "/userdata/config.json", """
                        {"root": {"path": "/var/lib/roots/a"}, "annotations": {"io.container.manager": "libpod"}}
                        """);
        var container = known();
        assertEquals(Optional.of("web"), container.name());
        assertEquals(Optional.of("localhost/web:1"), container.image(), "by the image's id");
        assertEquals(Root.WRITABLE, container.root());
        assertEquals(
                Optional.of(node.at("/sys/fs/cgroup/unified" + cgroup)),
                container.cgroup().unified());
    }

    @Test
    void podman_finds_names_in_a_moved_storage_with_another_driver() {
        var storage = "/srv/pods/vfs-containers";
        node.pureCgroup2()
                .process(PID, "0::/machine.slice/libpod-" + A + ".scope")
                .file(storage + "/containers.json", "[{\"id\": \"" + A + "\", \"names\": [\"web\"], \"image\": \"7\"}]")
                .file("/srv/pods/vfs-images/images.json", "[{\"id\": \"7\", \"names\": [\"localhost/web:1\"]}]")
                .file(
                        "/run/runc/" + A + "/state.json",
                        NodeTree.runcState(
                                A,
                                PID,
                                "/sys/fs/cgroup/machine.slice/libpod-" + A + ".scope",
                                "\"bundle=" + storage + "/" + A + "/userdata\""));
        assertEquals(Optional.of("web"), known().name());
        assertEquals(Optional.of("localhost/web:1"), known().image());
    }

    @Test
    void monitors_of_podman_and_crio_are_the_hosts() {
        node.pureCgroup2()
                .process(20, "0::/machine.slice/libpod-conmon-" + A + ".scope")
                .process(21, "0::/kubepods.slice/kubepods-pod" + UID_IN_SLICE + ".slice/crio-conmon-" + A + ".scope");
        assertInstanceOf(Finding.Host.class, node.finder().find(20));
        assertInstanceOf(Finding.Host.class, node.finder().find(21));
        assertEquals(List.of(), node.finder().running());
    }

    // bare runc

    @Test
    void bare_runc_is_found_by_the_cgroup_in_its_state_whatever_its_name() {
        node.hybrid()
                .process(PID, "4:memory:/some/where\n3:pids:/any\n0::/any")
                .process(PID + 1, "4:memory:/some/where/below\n3:pids:/any\n0::/any/below/it")
                .dir("/sys/fs/cgroup/unified/any")
                .dir("/sys/fs/cgroup/memory/some/where")
                .file("/run/runc/box/state.json", """
                        {"id": "box", "init_process_pid": 4711, "init_process_start": 105621,
                         "config": {"rootfs": "/srv/box/rootfs", "readonlyfs": false, "labels": ["bundle=/srv/box"],
                                    "mounts": [{"destination": "/data", "source": "/srv/d", "device": "bind", "flags": 4096}]},
                         "cgroup_paths": {"": "/sys/fs/cgroup/unified/any", "memory": "/sys/fs/cgroup/memory/some/where",
                                          "pids": "/sys/fs/cgroup/pids/any"}}
                        """);
        var container = known();
        assertEquals("box", container.id());
        assertEquals(Optional.of("box"), container.name());
        assertEquals(ContainerRuntime.RUNC, container.runtime());
        assertEquals(Optional.empty(), container.image());
        assertEquals(Root.WRITABLE, container.root());
        assertEquals("/any", container.cgroup().path());
        assertEquals(
                Optional.of(node.at("/sys/fs/cgroup/unified/any")),
                container.cgroup().unified());
        assertEquals(
                Map.of("memory", node.at("/sys/fs/cgroup/memory/some/where")),
                container.cgroup().v1(),
                "each hierarchy has a path of its own");
        assertEquals(
                container, node.finder().ofProcess(PID + 1).orElseThrow(), "a nested cgroup is still the container");
    }

    @Test
    void the_cgroupfs_path_in_the_configuration_is_enough() {
        node.hybrid().process(PID, "4:memory:/x/box\n0::/").file("/run/runc/box/state.json", """
                {"config": {"cgroups": {"path": "/x/box"}}}""");
        assertEquals("box", known().id());
    }

    @Test
    void a_cgroup_with_a_longer_name_is_another() {
        node.hybrid().process(PID, "4:memory:/x/box2\n0::/").file("/run/runc/box/state.json", """
                {"config": {"cgroups": {"path": "/x/box"}}}""");
        assertInstanceOf(Finding.Host.class, node.finder().find(PID));
    }

    @Test
    void without_a_cgroup_of_its_own_a_container_is_told_by_its_init_process_and_mount_namespace() {
        node.pureCgroup2()
                .process(PID, "0::/user.slice", "mnt:[77]", NodeTree.STARTED_TICKS)
                .process(PID + 1, "0::/user.slice", "mnt:[77]", 200_000)
                .process(PID + 2, "0::/user.slice")
                .file("/run/runc/box/state.json", NodeTree.runcState("box", PID, "", ""));
        assertEquals("box", known().id());
        assertEquals("box", node.finder().ofProcess(PID + 1).orElseThrow().id());
        assertInstanceOf(Finding.Host.class, node.finder().find(PID + 2));
    }

    @Test
    void a_container_in_the_hosts_mount_namespace_claims_nobody_else() {
        node.pureCgroup2()
                .process(PID, "0::/user.slice")
                .process(PID + 1, "0::/user.slice")
                .file("/run/runc/box/state.json", NodeTree.runcState("box", PID, "", ""));
        assertEquals("box", known().id());
        assertInstanceOf(Finding.Host.class, node.finder().find(PID + 1));
    }

    @Test
    void a_process_that_got_a_dead_inits_number_is_not_the_container() {
        node.pureCgroup2()
                .process(PID, "0::/user.slice", "mnt:[77]", NodeTree.STARTED_TICKS + 1)
                .file("/run/runc/box/state.json", NodeTree.runcState("box", PID, "", ""));
        assertInstanceOf(Finding.Host.class, node.finder().find(PID));
    }

    // containers in containers

    @Test
    void docker_in_docker_is_the_outer_container() {
        var outer = "/system.slice/docker-" + A + ".scope";
        node.pureCgroup2()
                .process(PID, "0::" + outer + "/docker/" + B)
                .file(
                        "/run/docker/runtime-runc/moby/" + A + "/state.json",
                        NodeTree.runcState(A, 4000, "/sys/fs/cgroup" + outer, ""))
                .file("/var/lib/docker/containers/" + A + "/config.v2.json", DOCKER_CONFIG);
        assertEquals(A, known().id());
        assertEquals(outer, known().cgroup().path());
    }

    @Test
    void a_container_cannot_pass_for_another_by_a_cgroup_name() {
        // The container made a cgroup below its own, named as a container that really runs elsewhere.
        node.pureCgroup2()
                .process(PID, "0::/docker/" + A + "/docker/" + B)
                .process(30, "0::/docker/" + B)
                .file(
                        "/run/docker/runtime-runc/moby/" + B + "/state.json",
                        NodeTree.runcState(B, 30, "/sys/fs/cgroup/docker/" + B, ""));
        assertEquals(A, known().id());

        // The same in a bare container, whose own cgroup has a name that says nothing.
        node.process(PID + 1, "0::/box/docker/" + B)
                .file("/run/runc/box/state.json", NodeTree.runcState("box", PID, "/sys/fs/cgroup/box", ""));
        assertEquals("box", node.finder().ofProcess(PID + 1).orElseThrow().id());
    }

    @Test
    void an_inner_container_that_this_nodes_runtime_vouches_for_is_itself() {
        // Inside a kind node on cgroup v1 the paths still show the node's own container.
        var inner = "/docker/" + A + "/kubelet/kubepods/burstable/pod" + UID + "/" + B;
        node.hybrid()
                .process(PID, "4:memory:" + inner + "\n0::/")
                .file(
                        "/run/containerd/runc/k8s.io/" + B + "/state.json",
                        NodeTree.runcState(
                                B, PID, "/sys/fs/cgroup/kubelet/kubepods/burstable/pod" + UID + "/" + B, CRI_LABELS));
        var container = known();
        assertEquals(B, container.id());
        assertEquals("web-0", container.podFacts().orElseThrow().name());
    }

    @Test
    void from_another_cgroup_namespace_the_container_is_known_and_its_directory_is_not() {
        node.pureCgroup2()
                .process(
                        PID,
                        "0::/../../kubepods-burstable-pod" + UID_IN_SLICE + ".slice/cri-containerd-" + A + ".scope")
                .file(
                        "/run/containerd/runc/k8s.io/" + A + "/state.json",
                        NodeTree.runcState(A, PID, "/sys/fs/cgroup/kubepods.slice/x", CRI_LABELS));
        var container = known();
        assertEquals("web-0", container.podFacts().orElseThrow().name());
        assertEquals(Optional.empty(), container.cgroup().unified());
    }

    // lists

    @Test
    void running_lists_each_container_once_in_the_order_of_pids() {
        node.pureCgroup2()
                .process(50, "0::/system.slice/docker-" + B + ".scope")
                .process(9, "0::/docker/" + A)
                .process(10, "0::/docker/" + A)
                .process(11, "0::/docker/" + A + "/nested")
                .process(12, "0::/user.slice")
                .file("/proc/self/cgroup", "0::/docker/" + "c".repeat(64))
                .dir("/proc/60");
        var running = node.finder().running();
        assertEquals(List.of(A, B), running.stream().map(Container::id).toList());
        assertEquals("a".repeat(12), running.getFirst().shownName());
    }

    @Test
    void a_state_is_read_again_when_it_changes() {
        var state = "/run/runc/box/state.json";
        node.pureCgroup2()
                .process(PID, "0::/x/box")
                .file(state, NodeTree.runcState("box", PID, "/sys/fs/cgroup/x/other", ""));
        var finder = node.finder();
        node.process(PID + 1, "0::/x/longer/box");
        assertTrue(finder.ofProcess(PID + 1).isEmpty());
        node.file(state, NodeTree.runcState("box", PID, "/sys/fs/cgroup/x/longer/box", ""));
        assertEquals("box", finder.ofProcess(PID + 1).orElseThrow().id());
    }
}
