// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.fixture.AgentProcess;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RuncContainer.Result;
import io.gatehouse.agent.fixture.RuncContainer.Root;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A policy that asks for a read-only root mount has the kernel itself refuse writes of the root file system, on any
/// kernel, and has it do so in the containers that it is about and nowhere else.
@Tag("kernel")
@Tag("full")
class RootMountTest {
    private static final Instance INSTANCE =
            Instance.of(Instance.USUAL_ROOT, "roots-" + ProcessHandle.current().pid());
    private static final String OWN = "gh-test-" + ProcessHandle.current().pid() + "-*";
    private static final int STARTS = Integer.getInteger("gatehouse.starts", 10);
    private static final String REFUSED = "Read-only file system";
    private static final int KILLED = 128 + 9;

    @TempDir
    Path tmp;

    private List<String> hostMounts;

    @BeforeEach
    void usable() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        hostMounts = hostMounts();
    }

    /// No mount of the host ever changes.
    @AfterEach
    void release() throws IOException {
        INSTANCE.release();
        assertTrue(hostMounts().containsAll(hostMounts), "mounts of the host changed");
    }

    @Test
    void the_first_program_finds_its_root_read_only_and_its_volumes_writable() throws IOException {
        var options = Options.defaults()
                .withArgs(
                        "sh",
                        "-c",
                        "touch /early 2>/data/said; echo $? > /data/status; touch /tmp/t && echo t > /data/tmp; exec sleep 3600");
        try (var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    container.start();
                    await("it ran", () -> Files.exists(container.data().resolve("tmp")));
                    assertEquals(
                            "1",
                            Files.readString(container.data().resolve("status")).strip(),
                            "start " + i);
                    assertTrue(
                            Files.readString(container.data().resolve("said")).contains(REFUSED));
                    assertTrue(Files.notExists(container.upper().resolve("early")));

                    Files.writeString(container.rootfs().resolve("by-host"), "the host's own mount stays writable");
                    assertRefused(container.exec("sh", "-c", "echo more >> /by-host"));
                }
            }
            agent.notice("its root file system is mounted read-only; writes of it are prevented");
        }
    }

    @Test
    void a_container_that_runs_is_taken_in_and_one_of_the_same_image_that_no_policy_is_about_is_not()
            throws IOException {
        var other = "gh-other-" + ProcessHandle.current().pid();
        try (var container = RuncContainer.create(tmp, Options.defaults());
                var bystander = RuncContainer.create(
                        tmp, Options.defaults().withId(other).withLayers(container.lower()))) {
            container.start();
            bystander.start();
            assertEquals(0, container.exec("touch", "/before").exit());
            try (var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
                assertRefused(container.exec("touch", "/after"));
                assertRefused(container.exec("rm", "/before"));
                assertRefused(container.exec("chmod", "777", "/bin"));
                assertEquals(
                        0, container.exec("touch", "/data/volume", "/tmp/t").exit());
                assertEquals(0, bystander.exec("touch", "/after").exit());
                assertEquals(1, agent.rootMounts().readOnly());
            }
            assertEquals(0, container.exec("touch", "/after").exit(), "without pins it ends with the agent");
        }
    }

    @Test
    void a_file_that_is_open_is_told_of_and_waited_for_and_until_then_nothing_is_claimed() throws IOException {
        var options = Options.defaults()
                .withArgs(
                        "sh",
                        "-c",
                        "exec 3>/held; touch /data/open; while [ ! -e /data/go ]; do sleep 0.1; done; exec 3>&-; exec sleep 3600");
        try (var container = RuncContainer.create(tmp, options)) {
            container.start();
            await("the file is open", () -> Files.exists(container.data().resolve("open")));
            try (var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
                var told = agent.notice("cannot be mounted read-only yet");
                assertTrue(told.contains("(sh) has /held open to be written"), told);
                assertTrue(
                        told.contains("writes of it are "
                                + agent.kernel()
                                        .guarantee(RuntimeRule.WRITE_ROOT)
                                        .text()),
                        told);
                assertEquals(0, agent.rootMounts().readOnly());
                assertEquals(
                        agent.backend() == Backend.LSM ? 1 : KILLED,
                        container.exec("touch", "/meanwhile").exit());
                var alert = agent.alert("the write", a -> a.message().contains("/meanwhile"));
                assertNotEquals(Guarantee.REPORTED, alert.guarantee());

                Files.createFile(container.data().resolve("go"));

                agent.notice("its root file system is mounted read-only; writes of it are prevented");
                assertRefused(container.exec("touch", "/late"));
            }
        }
    }

    @Test
    void the_mode_turns_it_on_and_off() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            try (var agent = RunningAgent.start(readOnly(Mode.AUDIT))) {
                assertEquals(0, container.exec("touch", "/audited").exit());
                assertEquals(
                        Guarantee.PREVENTED,
                        agent.alert("the write", a -> a.message().contains("/audited"))
                                .guarantee(),
                        "what it would have been worth");
                agent.apply(readOnly(Mode.ENFORCE));
                assertRefused(container.exec("touch", "/enforced"));
                agent.apply(readOnly(Mode.AUDIT));
                assertEquals(0, container.exec("touch", "/audited-again").exit());
                agent.apply(readOnly(Mode.ENFORCE));
                assertRefused(container.exec("touch", "/enforced-again"));
                agent.apply();
                assertEquals(0, container.exec("touch", "/free").exit());
            }
        }
    }

    @Test
    void the_brake_makes_it_writable_and_its_end_read_only_again() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            try (var agent = RunningAgent.start(INSTANCE, readOnly(Mode.ENFORCE))) {
                assertRefused(container.exec("touch", "/refused"));
                assertTrue(INSTANCE.brake("a test", Optional.empty(), Instant.now()));
                agent.notice("as writable as it was");
                assertEquals(0, container.exec("touch", "/braked").exit());
                assertTrue(INSTANCE.unbrake(Instant.now()));
                agent.notice("its root file system is mounted read-only; writes of it are prevented");
                assertRefused(container.exec("touch", "/refused"));
            }
            assertRefused(container.exec("touch", "/left"));
            assertTrue(INSTANCE.brake("a test, without an agent", Optional.empty(), Instant.now()));
            assertEquals(0, container.exec("touch", "/braked-again").exit());
        }
    }

    @Test
    void it_outlives_an_agent_that_is_killed_and_the_next_can_take_it_back() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            try (var process = AgentProcess.startWithReadOnlyRoots(INSTANCE, OWN)) {
                assertRefused(container.exec("touch", "/refused"));
                process.kill();
                assertRefused(container.exec("touch", "/still-refused"));
            }
            try (var agent = RunningAgent.start(INSTANCE, readOnly(Mode.ENFORCE))) {
                assertRefused(container.exec("touch", "/refused-by-the-next"));
                agent.apply(readOnly(Mode.AUDIT));
                assertEquals(0, container.exec("touch", "/audited").exit());
            }
        }
    }

    @Test
    void release_takes_it_back_and_leaves_a_root_alone_that_its_runtime_made_read_only() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults());
                var other = RuncContainer.create(tmp, Options.defaults().withRoot(Root.READ_ONLY))) {
            container.start();
            other.start();
            try (var process = AgentProcess.startWithReadOnlyRoots(INSTANCE, OWN)) {
                assertRefused(container.exec("touch", "/refused"));
                process.kill();
            }
            INSTANCE.release();

            assertEquals(0, container.exec("touch", "/released").exit());
            assertRefused(other.exec("touch", "/never"));
            assertTrue(Files.notExists(INSTANCE.folder()));
        }
    }

    @Test
    void a_root_that_is_a_plain_folder_is_kept_by_its_mount_alone() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults().withRoot(Root.PLAIN_FOLDER));
                var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
            container.start();
            agent.notice("its root file system is mounted read-only; writes of it are prevented");
            assertRefused(container.exec("touch", "/refused"));
            assertEquals(0, container.exec("touch", "/data/volume").exit(), "on the same file system of the host");
            Files.writeString(container.lower().resolve("by-host"), "stays writable");
            assertEquals(0, container.exec("cat", "/by-host").exit());
            assertTrue(agent.sawNothing(a -> a.message().contains("not an overlay")));
        }
    }

    /// What is told is what it is worth: the capability is enough to undo it.
    @Test
    void a_container_that_may_undo_it_is_told_of_and_is_undone_again() throws IOException {
        var options = Options.defaults().withCapabilities("CAP_SYS_ADMIN");
        try (var container = RuncContainer.create(tmp, options);
                var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
            container.start();
            agent.notice("it may have CAP_SYS_ADMIN");
            assertEquals(
                    Guarantee.REPORTED,
                    agent.alert("the gap", a -> a.message().contains("CAP_SYS_ADMIN"))
                            .guarantee());
            assertRefused(container.exec("touch", "/refused"));
            assertEquals(
                    0, container.exec("mount", "-o", "remount,bind,rw", "/").exit());

            agent.notice("was made writable again");
            assertRefused(container.exec("touch", "/refused-again"));
        }
    }

    /// What was mounted before is not changed, and not kept quiet.
    @Test
    void mounts_that_were_there_before_are_told_of() throws IOException {
        var options = Options.defaults()
                .withCapabilities("CAP_SYS_ADMIN")
                .withArgs(
                        "sh",
                        "-c",
                        "mount -o bind / /opt; unshare -m sh -c 'touch /data/apart; exec sleep 3600' & exec sleep 3600");
        try (var container = RuncContainer.create(tmp, options)) {
            container.start();
            await("it mounted", () -> Files.exists(container.data().resolve("apart")));
            try (var agent = RunningAgent.start(readOnly(Mode.ENFORCE))) {
                var told = agent.notice("its root file system is mounted read-only, but");
                assertTrue(told.contains("is mounted at /opt too, and can be written there"), told);
                assertTrue(told.contains("has mounts of its own, and can write it there"), told);
                assertRefused(container.exec("touch", "/refused"));
            }
        }
    }

    private static WorkloadPolicy readOnly(Mode mode) {
        return AgentProcess.readOnlyRoot(mode, AgentProcess.named(OWN));
    }

    private static void assertRefused(Result result) {
        assertEquals(1, result.exit(), result.toString());
        assertTrue(result.stderr().contains(REFUSED), result.toString());
    }

    /// By number, place and options.
    private static List<String> hostMounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/1/mountinfo")).stream()
                .filter(line ->
                        !line.contains("/tmp/") && !line.contains("/run/")) // come and go with others' containers
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain until " + what);
            LockSupport.parkNanos(200_000);
        }
    }
}
