// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.CgroupKeys;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Mount;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.live.Places;
import io.gatehouse.events.live.Places.Moment;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContainerFactsTest {
    private static final Path ROOT = Path.of("/");
    private static final long UNKNOWN_KEY = 0x7fff_ffff_ffffL;

    @TempDir
    Path folder;

    private final Map<Long, Container> placed = new HashMap<>();
    private final Map<String, Map<String, String>> pods = new HashMap<>();
    private long nowNanos = 1_000_000_000_000L;
    private final ContainerFacts facts =
            new ContainerFacts(ROOT, uid -> Optional.ofNullable(pods.get(uid)), placed::put, () -> nowNanos);

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static long keyOf(RuncContainer real) {
        var container = new ContainerFinder(ROOT).ofProcess(real.pid()).orElseThrow();
        return CgroupKeys.of(container.cgroup()).iterator().next();
    }

    @Test
    @Tag("host")
    void a_container_is_known_before_its_first_instruction() throws IOException {
        RuncContainer.assumeUsable();
        var volume = Files.createDirectory(folder.resolve("volume"));
        var options = Options.defaults().withMounts(Mount.bind(volume, "/volume", "ro"));
        try (var real = RuncContainer.create(folder, options)) {
            long key = keyOf(real);
            var container = facts.of(key, real.pid(), Moment.RUNS_PROGRAM).orElseThrow();
            assertEquals(real.id(), container.fullId());
            assertEquals(real.id(), container.id(), "chosen, so not cut");
            assertEquals(real.id(), container.name());
            assertFalse(container.privileged());
            assertFalse(container.hostPid());
            var mount = container.mounts().stream()
                    .filter(each -> each.destination().equals("/volume"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(volume.toString(), mount.source());
            assertFalse(mount.writable());
            assertTrue(
                    container.mounts().stream().noneMatch(each -> each.source().equals("proc")),
                    "what the container brings with it is no mount of the node");
            assertTrue(Math.abs(container.createdSeconds() - Instant.now().getEpochSecond()) < 60);
            assertSame(container, placed.get(key));
        }
    }

    @Test
    @Tag("host")
    void a_container_of_a_pod_has_its_names_and_labels_and_new_labels_when_they_change() throws IOException {
        RuncContainer.assumeUsable();
        var uid = "0b0b7a3c-5d1e-4c55-9d7b-0123456789ab";
        var options = Options.defaults()
                .withAnnotation("io.kubernetes.cri.container-name", "nginx")
                .withAnnotation("io.kubernetes.cri.image-name", "docker.io/library/nginx:1.27@sha256:abc")
                .withAnnotation("io.kubernetes.cri.sandbox-id", "f".repeat(64))
                .withAnnotation("io.kubernetes.cri.sandbox-namespace", "shop")
                .withAnnotation("io.kubernetes.cri.sandbox-name", "web-0")
                .withAnnotation("io.kubernetes.cri.sandbox-uid", uid);
        pods.put(uid, Map.of("app", "web"));
        try (var real = RuncContainer.create(folder, options)) {
            long key = keyOf(real);
            var container = facts.of(key, real.pid(), Moment.RUNS_PROGRAM).orElseThrow();
            assertEquals("nginx", container.name());
            assertEquals("docker.io/library/nginx", container.image().repository());
            assertEquals("1.27", container.image().tag());
            assertEquals("sha256:abc", container.image().digest());
            assertEquals("web-0", container.labels().get("io.kubernetes.pod.name"));
            assertEquals("shop", container.labels().get("io.kubernetes.pod.namespace"));
            assertEquals(uid, container.labels().get("io.kubernetes.pod.uid"));
            assertEquals("f".repeat(64), container.sandbox().id());
            assertEquals(Map.of("app", "web"), container.sandbox().labels());
            pods.put(uid, Map.of("app", "shop"));
            var live = new LiveState(new State(Limits.DEFAULT));
            facts.podsChanged(live);
            var changed = live.state().machine().containers().byId(container.id());
            assertEquals(Map.of("app", "shop"), changed.sandbox().labels());
        }
    }

    @Test
    @Tag("host")
    void what_runs_at_the_start_is_placed_and_forgotten_when_it_is_gone() throws IOException {
        RuncContainer.assumeUsable();
        var live = new LiveState(new State(Limits.DEFAULT), new ProcTask(ROOT), Places.NONE);
        String id;
        try (var real = RuncContainer.create(folder, Options.defaults())) {
            facts.adoptRunning(live);
            id = placed.get(keyOf(real)).id();
            assertEquals(real.id(), id);
            assertEquals(real.id(), live.state().machine().containers().byId(id).fullId());
            facts.sweep(live);
            assertEquals(real.id(), live.state().machine().containers().byId(id).fullId());
        }
        facts.sweep(live);
        assertNull(live.state().machine().containers().byId(id));
    }

    @Test
    void a_group_is_the_hosts_only_after_a_while() {
        long own = ProcessHandle.current().pid();
        assumeTrue(new ContainerFinder(ROOT).ofProcess(own).isEmpty(), "this test itself runs in a container");
        assertEquals(Optional.empty(), facts.of(UNKNOWN_KEY, own, Moment.ACTS));
        assertEquals(Optional.empty(), facts.of(UNKNOWN_KEY, own, Moment.RUNS_PROGRAM), "its runtime may be slow");
        pass(Duration.ofSeconds(3));
        assertEquals(Optional.empty(), facts.of(UNKNOWN_KEY, own, Moment.ACTS), "hooks may run for long");
        assertEquals(Optional.of(Container.HOST), facts.of(UNKNOWN_KEY, own, Moment.RUNS_PROGRAM));
        assertSame(Container.HOST, placed.get(UNKNOWN_KEY));
        assertEquals(0, facts.strangers());
    }

    @Test
    void a_group_that_acts_much_is_not_asked_about_each_time() {
        long own = ProcessHandle.current().pid();
        for (int i = 0; i < 1000; i++) {
            facts.of(UNKNOWN_KEY, own, Moment.ACTS);
        }
        assertEquals(1, facts.asked());
        pass(Duration.ofMillis(5));
        facts.of(UNKNOWN_KEY, own, Moment.ACTS);
        assertEquals(2, facts.asked());
    }

    @Test
    void groups_made_by_the_thousand_are_asked_about_at_a_bounded_rate() {
        for (long key = UNKNOWN_KEY; key < UNKNOWN_KEY + 10_000; key++) {
            facts.of(key, Integer.MAX_VALUE, Moment.RUNS_PROGRAM);
        }
        assertEquals(200, facts.asked());
        assertEquals(9_800, facts.postponed());
        assertEquals(4096, facts.strangers());
        pass(Duration.ofSeconds(1));
        facts.of(UNKNOWN_KEY, Integer.MAX_VALUE, Moment.RUNS_PROGRAM);
        assertEquals(201, facts.asked());
    }

    @Test
    void the_root_of_a_hierarchy_is_the_hosts_without_asking() {
        assertEquals(Optional.of(Container.HOST), facts.of(1, 1, Moment.ACTS));
        assertEquals(0, facts.asked());
    }

    @Test
    void the_address_of_a_container_is_the_first_of_its_own() {
        var trie = """
                Main:
                  +-- 0.0.0.0/0 3 0 5
                     |-- 0.0.0.0
                        /0 universe UNICAST
                     +-- 10.88.0.0/16 2 0 2
                        |-- 10.88.0.0
                           /16 link UNICAST
                        |-- 10.88.0.7
                           /32 host LOCAL
                     |-- 127.0.0.1
                        /32 host LOCAL
                """;
        assertEquals("10.88.0.7", ContainerReader.address(trie));
        assertEquals("", ContainerReader.address("  |-- 127.0.0.1\n    /32 host LOCAL\n"));
        assertEquals("", ContainerReader.address(""));
    }
}
