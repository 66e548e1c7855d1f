// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.CgroupKeys;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Mount;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.live.Places;
import io.gatehouse.events.live.Places.Moment;
import io.gatehouse.events.live.Places.Whose;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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

    private static Container presumed(Whose whose) {
        return assertInstanceOf(Whose.Presumed.class, whose).container();
    }

    private static Container settled(Whose whose) {
        return assertInstanceOf(Whose.Settled.class, whose).container();
    }

    private static String comm(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain: " + what);
            Thread.onSpinWait();
        }
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static long keyOf(RuncContainer real) {
        var container = new ContainerFinder(ROOT).ofProcess(real.pid()).orElseThrow();
        return CgroupKeys.of(container.cgroup()).iterator().next();
    }

    /// Each hierarchy counts from the start: a container's group got the number of an old directory of the controller
    /// cpu, which had been taken for the host's, and with it the host's rules.
    @Test
    void a_directory_of_another_hierarchy_is_no_group_of_the_host() throws IOException {
        var groups = folder.resolve("sys/fs/cgroup");
        var past = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (var name : List.of("cpu/old", "memory/old", "unified/old")) {
            Files.setLastModifiedTime(Files.createDirectories(groups.resolve(name)), past);
        }
        var node = new ContainerFacts(folder, _ -> Optional.empty(), placed::put, () -> nowNanos);
        node.adoptRunning(new LiveState(new State(Limits.DEFAULT)));
        assertTrue(placed.containsKey(inode(groups.resolve("unified/old"))));
        assertTrue(placed.containsKey(inode(groups.resolve("memory/old")) | Wire.V1_KEY));
        assertFalse(placed.containsKey(inode(groups.resolve("memory/old"))));
        assertFalse(placed.containsKey(inode(groups.resolve("cpu/old"))));
    }

    private static long inode(Path directory) throws IOException {
        return (long) Files.getAttribute(directory, "unix:ino");
    }

    @Test
    @Tag("host")
    void a_container_is_known_before_its_first_instruction() throws IOException {
        RuncContainer.assumeUsable();
        var volume = Files.createDirectory(folder.resolve("volume"));
        var options = Options.defaults().withMounts(Mount.bind(volume, "/volume", "ro"));
        try (var real = RuncContainer.create(folder, options)) {
            long key = keyOf(real);
            var container = presumed(facts.of(key, real.pid(), Moment.RUNS_PROGRAM));
            assertNull(placed.get(key), "its first process is runc's still");
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
            real.start();
            await(
                    "runc's init has become the container's",
                    () -> !comm(real.pid()).startsWith("runc:["));
            container = settled(facts.of(key, real.pid(), Moment.RUNS_PROGRAM));
            assertEquals(real.id(), container.fullId());
            assertFalse(container.privileged());
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
            var container = presumed(facts.of(key, real.pid(), Moment.RUNS_PROGRAM));
            assertEquals("nginx", container.name());
            assertEquals("docker.io/library/nginx", container.image().repository());
            assertEquals("1.27", container.image().tag());
            assertEquals("sha256:abc", container.image().digest());
            assertEquals("web-0", container.labels().get("io.kubernetes.pod.name"));
            assertEquals("shop", container.labels().get("io.kubernetes.pod.namespace"));
            assertEquals(uid, container.labels().get("io.kubernetes.pod.uid"));
            assertEquals("f".repeat(64), container.sandbox().id());
            assertEquals(Map.of("app", "web"), container.sandbox().labels());
            real.start();
            await(
                    "runc's init has become the container's",
                    () -> !comm(real.pid()).startsWith("runc:["));
            settled(facts.of(key, real.pid(), Moment.RUNS_PROGRAM));
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
            assertNull(placed.get(keyOf(real)), "its first process is runc's still");
            real.start();
            await(
                    "runc's init has become the container's",
                    () -> !comm(real.pid()).startsWith("runc:["));
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

    // A node made by hand

    private static final String HASH = "ab".repeat(32);
    private static final long GROUP = 77;
    private static final long PID = 50;

    private void write(String path, String text) throws IOException {
        var file = folder.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /// Process 1, and a process in a group whose path names a container.
    private ContainerFacts node(String nodesCapabilities, String itsCapabilities) throws IOException {
        write("/proc/sys/kernel/cap_last_cap", "40\n");
        write("/proc/1/cgroup", "0::/init.scope\n");
        write("/proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n");
        write("/proc/1/status", "Name:\tinit\nCapBnd:\t" + nodesCapabilities + "\nCapAmb:\t0\n");
        write("/proc/" + PID + "/cgroup", "0::/shop/" + HASH + "\n");
        write("/proc/" + PID + "/stat", PID + " (a) S " + "0 ".repeat(18) + "105621 0 0\n");
        write("/proc/" + PID + "/status", "Name:\ta\nCapBnd:\t" + itsCapabilities + "\nCapAmb:\t0\n");
        Files.createDirectories(folder.resolve("sys/fs/cgroup/shop/" + HASH));
        return new ContainerFacts(folder, _ -> Optional.empty(), placed::put, () -> nowNanos);
    }

    private void runcTells() throws IOException {
        write("/run/runc/" + HASH + "/state.json", """
                {"id": "%s", "init_process_pid": %d, "init_process_start": 105621,
                 "config": {"rootfs": "/roots/x", "mounts": [
                   {"source": "/etc", "destination": "/host", "device": "bind", "flags": 20480, "data": ""}],
                   "cgroups": {}, "labels": ["bundle=/bundles/web"]},
                 "cgroup_paths": {"": "/sys/fs/cgroup/shop/%s"}}
                """.formatted(HASH, PID, HASH));
    }

    /// A privileged container that sees the host's /etc was told as one without either: runc's own program ran in the
    /// group first, when its state was not written, and what the group's path told then was kept for good.
    @Test
    void what_the_path_alone_tells_is_read_again_until_the_containers_own_program_runs() throws IOException {
        var facts = node("000001ffffffffff", "000001ffffffffff");
        write("/proc/" + PID + "/comm", "runc:[1:CHILD]\n");
        var container = presumed(facts.of(GROUP, PID, Moment.RUNS_PROGRAM));
        assertEquals(HASH.substring(0, 12), container.id());
        assertEquals("", container.mountsText());
        assertEquals(Map.of(), placed, "else the kernel would no longer ask whose it is");

        runcTells();
        write("/proc/" + PID + "/comm", "runc:[2:INIT]\n");
        assertEquals(Whose.UNKNOWN, facts.of(GROUP, PID, Moment.ACTS), "not at each act");
        pass(Duration.ofMillis(5));
        container = presumed(facts.of(GROUP, PID, Moment.ACTS));
        assertTrue(container.mountsText().startsWith("/etc:/host:"), container.mountsText());
        assertFalse(container.privileged(), "runc's init has rights that the container may not get");

        write("/proc/" + PID + "/comm", "sh\n");
        container = settled(facts.of(GROUP, PID, Moment.RUNS_PROGRAM));
        assertTrue(container.privileged());
        assertTrue(container.mountsText().startsWith("/etc:/host:"), container.mountsText());
        assertSame(container, placed.get(GROUP));
        assertEquals(0, facts.strangers());
    }

    @Test
    void a_container_that_no_runtime_ever_tells_of_is_settled_after_a_while() throws IOException {
        var facts = node("000001ffffffffff", "00000000a80425fb");
        write("/proc/" + PID + "/comm", "sh\n");
        presumed(facts.of(GROUP, PID, Moment.RUNS_PROGRAM));
        pass(Duration.ofSeconds(3));
        presumed(facts.of(GROUP, PID, Moment.ACTS));
        assertEquals(
                HASH.substring(0, 12),
                settled(facts.of(GROUP, PID, Moment.RUNS_PROGRAM)).id());
    }

    /// Where root itself lacks a right, here that to go beyond limits, no container can have it.
    @Test
    void privileged_is_who_may_all_that_the_node_itself_may() throws IOException {
        var lacking = "000001fffeffffff";
        assertTrue(isPrivileged(lacking, lacking));
        assertTrue(isPrivileged("000001ffffffffff", "000001ffffffffff"));
        assertFalse(isPrivileged("000001ffffffffff", lacking));
        assertFalse(isPrivileged(lacking, "000001fffeefffff"));
        assertFalse(isPrivileged(lacking, "00000000a80425fb"));
        assertFalse(isPrivileged("00000000a80425fb", "00000000a80425fb"), "such a node is no measure");
    }

    private boolean isPrivileged(String nodesCapabilities, String itsCapabilities) throws IOException {
        var facts = node(nodesCapabilities, itsCapabilities);
        runcTells();
        write("/proc/" + PID + "/comm", "sh\n");
        return settled(facts.of(GROUP, PID, Moment.RUNS_PROGRAM)).privileged();
    }

    @Test
    void a_group_is_the_hosts_only_after_a_while() {
        long own = ProcessHandle.current().pid();
        assumeTrue(new ContainerFinder(ROOT).ofProcess(own).isEmpty(), "this test itself runs in a container");
        assertEquals(Whose.UNKNOWN, facts.of(UNKNOWN_KEY, own, Moment.ACTS));
        assertEquals(Whose.UNKNOWN, facts.of(UNKNOWN_KEY, own, Moment.RUNS_PROGRAM), "its runtime may be slow");
        pass(Duration.ofSeconds(3));
        assertEquals(Whose.UNKNOWN, facts.of(UNKNOWN_KEY, own, Moment.ACTS), "hooks may run for long");
        assertEquals(new Whose.Settled(Container.HOST), facts.of(UNKNOWN_KEY, own, Moment.RUNS_PROGRAM));
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
        assertEquals(new Whose.Settled(Container.HOST), facts.of(1, 1, Moment.ACTS));
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
