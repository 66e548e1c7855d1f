// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.state.Container.Kind;
import org.junit.jupiter.api.Test;

class ContainerNewsTest {
    private static final String FULL = "32a1026ccb88a551e2a38eb8f260b4700aefec7e8c007344057e58a9fa302374";
    private static final String JSON = """
            {"container": {"id": "32a1026ccb88", "full_id": "%s", "name": "web", "type": 7, "image": "nginx:1",
             "imagerepo": "nginx", "imagetag": "1", "imageid": "0ca0", "imagedigest": "sha256:b9", "privileged": true,
             "host_pid": true, "ip": "172.17.0.2", "created_time": 1730971086, "env": ["A=1"], "User": "1000",
             "Mounts": [{"Source": "/a", "Destination": "/b", "Mode": "ro", "RW": true, "Propagation": "rprivate"}],
             "labels": {"io.kubernetes.pod.name": "web-0", "tier": "front", "empty": ""},
             "pod_sandbox_labels": null, "pod_sandbox_id": "ff00", "Healthcheck": {"exe": "/bin/ok", "args": ["-q"]}}}
            """.formatted(FULL);

    private final Watched host =
            new Watched().withProcess(1, 0, "init").withProcessIn(10, 1, "nginx", "cpu=/docker/" + FULL);

    @Test
    void a_container_is_known_by_its_id_before_anything_is_told_of_it() {
        assertEquals("32a1026ccb88", host.task(10).containerId());
        assertNull(host.task(10).container());
        assertEquals("", host.task(1).containerId());
        assertSame(Container.HOST, host.task(1).container());
    }

    @Test
    void what_is_told_of_a_container_is_its_tasks_too() {
        host.enter("container", -1, JSON);
        var container = host.task(10).container();
        assertEquals("web", container.name());
        assertEquals(Kind.CONTAINERD, container.kind());
        assertEquals("nginx", container.image().repository());
        assertEquals("/a:/b:ro:true:rprivate", container.mountsText());
        assertEquals("empty, tier:front", container.labelsText());
        assertEquals("web-0", container.labels().get("io.kubernetes.pod.name"));
        assertEquals("ff00", container.sandbox().id());
        assertEquals("/bin/ok", container.probes().getFirst().exe());
        assertTrue(container.privileged() && container.hostPid() && !container.hostNetwork());
        assertTrue(host.machine().isLocal(host.task(10), "\u00ac\u0011\0\u0002"));
    }

    @Test
    void the_event_itself_is_about_the_container() {
        assertEquals("web", host.enter("container", -1, JSON).container().name());
        assertEquals("32a1026ccb88", host.enter("container", -1, JSON).containerId());
    }

    @Test
    void a_recorder_may_tell_by_an_asynchronous_event() {
        host.enter("asyncevent", -1, 0, "container", JSON);
        assertEquals("web", host.task(10).container().name());
        host.enter("asyncevent", -1, 0, "other", JSON);
        var scene = host.enter("asyncevent", -1, 0, "container_removed", JSON);
        assertEquals("web", scene.container().name());
        assertNull(host.task(10).container());
    }

    @Test
    void what_is_no_container_is_counted() {
        host.enter("container", -1, "{\"container\": 7}");
        host.enter("container", -1, "{");
        host.enter("container", -1, new byte[0]);
        host.enter("container", -1, "{\"container\": {\"id\": \"\"}}");
        assertEquals(4, host.machine().losses().unreadableContainers());
    }

    @Test
    void a_task_moves_with_its_control_group() {
        host.exit(
                "clone",
                11,
                0,
                "/bin/sh",
                "",
                11,
                11,
                1,
                "",
                0,
                0,
                0,
                0,
                0,
                0,
                "sh",
                "cpu=/\0memory=/docker/" + FULL + "\0",
                0,
                0,
                0,
                11,
                11,
                0);
        assertEquals("32a1026ccb88", host.task(11).containerId());
        host.execve(11, 1, "/bin/x", "");
        assertEquals("", host.task(11).containerId(), "the exec told other groups");
    }
}
