// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CgroupNameTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String POD = "0b0b7a3c-5d1e-4c55-9d7b-0123456789ab";
    private static final String STATIC_POD = "0123456789abcdef0123456789abcdef";

    private static String filled(String text) {
        return text.replace("<A>", A)
                .replace("<B>", B)
                .replace("<pod>", POD)
                .replace("<pod_>", POD.replace('-', '_'))
                .replace("<static>", STATIC_POD);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /docker/<A>                                                                                     | docker <A>
                    /system.slice/docker-<A>.scope                                                                  | docker <A>
                    /system.slice:docker:<A>                                                                        | docker <A>
                    /docker/<A>/init.scope                                                                          | docker <A>
                    /libpod_parent/libpod-<A>                                                                       | podman <A>
                    /machine.slice/libpod-<A>.scope                                                                 | podman <A>
                    /machine.slice/libpod-<A>.scope/container                                                       | podman <A>
                    /machine.slice/libpod-<A>.scope/container/nested/deeper                                         | podman <A>
                    /user.slice/user-1000.slice/user@1000.service/user.slice/libpod-<A>.scope/container             | podman <A>
                    /machine.slice/machine-libpod_pod_<B>.slice/libpod-<A>.scope                                    | podman <A>
                    /system.slice/web.service/libpod-payload-<A>                                                    | podman <A>
                    /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<pod_>.slice/cri-containerd-<A>.scope | containerd <A> pod <pod>
                    /kubepods.slice/kubepods-pod<pod_>.slice/cri-containerd-<A>.scope                               | containerd <A> pod <pod>
                    /kubepods-besteffort-pod<pod_>.slice:cri-containerd:<A>                                         | containerd <A> pod <pod>
                    /kubepods/burstable/pod<pod>/<A>                                                                | unknown <A> pod <pod>
                    /kubepods/burstable/pod<static>/<A>                                                             | unknown <A> pod <static>
                    /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<pod_>.slice/crio-<A>.scope      | cri-o <A> pod <pod>
                    /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<pod_>.slice/crio-<A>.scope/container | cri-o <A> pod <pod>
                    /kubepods/besteffort/pod<pod>/crio-<A>                                                          | cri-o <A> pod <pod>
                    /kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod<pod_>.slice/cri-containerd-<A>.scope | containerd <A> pod <pod>
                    /../../kubepods-pod<pod_>.slice/cri-containerd-<A>.scope                                        | containerd <A> pod <pod>
                    /default/<A>                                                                                    | unknown <A>
                    /system.slice/nerdctl-<A>.scope                                                                 | containerd <A>
                    /user.slice/runc-my_box.1.scope                                                                 | runc my_box.1
                    /user.slice/crun-web.scope                                                                      | crun web
                    /system.slice/docker-<A>.scope/docker/<B>                                                       | docker <A> docker <B>
                    /docker/<A>/kubelet/kubepods/burstable/pod<pod>/<B>                                             | docker <A> unknown <B> pod <pod>
                    """)
    void a_cgroup_path_names_its_containers_outermost_first(String path, String expected) {
        var found = CgroupName.in(filled(path)).stream()
                .map(n -> n.runtime().text() + " " + n.id()
                        + n.podUid().map(uid -> " pod " + uid).orElse(""))
                .collect(Collectors.joining(" "));
        assertEquals(filled(expected), found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/init.scope",
                "/system.slice/ssh.service",
                "/user.slice/user-1000.slice/session-3.scope",
                "/libpod_parent/conmon",
                "/machine.slice/libpod-conmon-<A>.scope",
                "/kubepods.slice/kubepods-pod<pod_>.slice/crio-conmon-<A>.scope",
                "/system.slice/web.service/supervisor",
                "/kubepods/burstable/pod<pod>",
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<pod_>.slice",
                "/system.slice/docker.service",
                "/system.slice/docker-abc.scope",
                "/docker/<A>0",
                "/a:b:c",
                "/process_api/c2c8a81bd7b145a3dba2c15b5f739f00",
                "/process_api/c2c8a81bd7b145a3dba2c15b5f739f00-1234567890",
                "/system.slice:unheard:<A>",
                "/user.slice/runc-..scope",
                "/user.slice/runc-.scope"
            })
    void what_is_no_container_is_not_taken_for_one(String path) {
        assertEquals(List.of(), CgroupName.in(filled(path)));
    }

    @Test
    void a_containers_own_cgroup_ends_where_it_is_named() {
        var name = CgroupName.in(filled("/machine.slice/libpod-<A>.scope/container/deeper"))
                .getFirst();
        assertEquals(filled("/machine.slice/libpod-<A>.scope"), name.path());
    }

    @Test
    void an_id_is_safe_as_a_file_name() {
        assertTrue(CgroupName.isId("web-1.2_3+x"));
        for (var bad : List.of("", ".", "..", ".hidden", "a/b", "a\nb", "a\u0000b", "a".repeat(1024))) {
            assertFalse(CgroupName.isId(bad), bad);
        }
        assertTrue(CgroupName.isId("a".repeat(1023)));
    }

    @Test
    void lines_that_are_none_are_passed_over_and_the_telling_hierarchies_come_first() {
        var file = CgroupFile.parse("""
                7:blkio:/g
                6:cpu,cpuacct:/f
                5:name=systemd:/e
                4:pids:/d
                3:memory:/c:with:colons
                nonsense
                :::
                2:devices:relative
                0::/a
                """);
        assertEquals(
                List.of("/a", "/c:with:colons", "/d", "/e", "/g", "/f"),
                file.memberships().stream().map(CgroupFile.Membership::path).toList());
    }

    @Test
    void mount_flags_read_as_in_mount_8() {
        // as runc 1.1 writes a read-only recursive bind mount with private propagation
        assertEquals(List.of("rbind", "ro", "rprivate"), MountFlags.words(20481, List.of(278528L), ""));
        assertEquals(
                List.of("rw", "nosuid", "strictatime", "mode=755"), MountFlags.words(16777218, List.of(), "mode=755"));
        assertTrue(new Container.Mount("/d", "s", "bind", List.of("bind", "rw")).writable());
        assertFalse(new Container.Mount("/d", "s", "bind", List.of("rbind", "ro")).writable());
        assertTrue(new Container.Mount("/d", "s", "bind", List.of("ro", "rw")).writable());
        assertTrue(new Container.Mount("/d", "s", "tmpfs", List.of()).writable());
    }
}
