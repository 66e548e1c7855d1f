// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContainerIdsTest {
    private static final String FULL = "32a1026ccb88a551e2a38eb8f260b4700aefec7e8c007344057e58a9fa302374";
    private static final String SHORT = "32a1026ccb88";

    record Case(String path, String id) {}

    static List<Case> cases() {
        return List.of(
                new Case("/", ""),
                new Case("/user.slice/user-1000.slice/session-3.scope", ""),
                new Case("/system.slice/docker.service", ""),
                new Case("/docker/" + FULL, SHORT),
                new Case("/system.slice/docker-" + FULL + ".scope", SHORT),
                new Case("/kubepods/burstable/pod9fed9a6a/" + FULL, SHORT),
                new Case("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + FULL + ".scope", SHORT),
                new Case("/kubepods.slice/kubepods-pod1.slice/crio-" + FULL + ".scope", SHORT),
                new Case("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" + FULL, SHORT),
                new Case("/machine.slice/libpod-" + FULL + ".scope", SHORT),
                new Case("/machine.slice/libpod-" + FULL + ".scope/container", SHORT),
                new Case("/user.slice/libpod-payload-" + FULL, SHORT),
                new Case(
                        "/docker/" + FULL.replace('a', 'z'),
                        FULL.replace('a', 'z').substring(0, 12)),
                new Case("/default/redis", "redis"),
                new Case("/default/a-very-long-container-name", "a-very-long-"),
                new Case("/lxc.payload.web", "web"),
                new Case("/machine/web.libvirt-lxc", "web.libvirt-"),
                new Case("/x.slice/-lxc\\x2dweb.scope", "web"),
                new Case("bpm-abc.scope", "abc"),
                new Case("/docker/" + FULL + "0", ""));
    }

    /// Of ECS and its like: where the agent's own node knows better, 32 digits are a name like others.
    @ParameterizedTest
    @CsvSource({
        "/shop/<full>, true",
        "/ecs/0123456789abcdef0123456789abcdef/<full>, true",
        "/kubepods/burstable/pod9fed9a6a/<full>, true",
        "/process_api/c2c8a81bd7b145a3dba2c15b5f739f00, false",
        "/ecs/0123456789abcdef0123456789abcdef-1234567890, false",
        "/default/redis, false",
        "/default/0123456789ab, false",
        "/lxc.payload.web, false"
    })
    void only_64_digits_are_a_hash(String path, boolean isHash) {
        var cgroups = Cgroups.of(new String[] {"cpu=" + path.replace("<full>", FULL)}, Cgroups.NONE);
        assertEquals(isHash, cgroups.container().isHash());
        assertFalse(cgroups.container().id().isEmpty(), "captures believe all of these");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void the_id_is_found_in_the_path(Case it) {
        var cgroups = Cgroups.of(new String[] {"cpu=" + it.path}, Cgroups.NONE);
        assertEquals(it.id, cgroups.container().id());
    }
}
