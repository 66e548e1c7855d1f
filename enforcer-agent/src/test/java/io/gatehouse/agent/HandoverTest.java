// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.fixture.AgentProcess;
import io.gatehouse.agent.fixture.AgentProcess.Ears;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The gate over the lives of agents: what one put in force stays when it ends, goes over to the next without a gap,
/// heeds the brake with and without one, and goes when it is released.
@Tag("kernel")
@Tag("slow")
class HandoverTest {
    private static final Instance INSTANCE =
            Instance.of(Instance.USUAL_ROOT, "test-" + ProcessHandle.current().pid());

    private static final String OWN = "gh-test-" + ProcessHandle.current().pid() + "-*";

    @TempDir
    Path tmp;

    private RuncContainer container;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(tmp, RuncContainer.Options.defaults());
        container.start();
        container.exec("cp", "/bin/busybox", "/busybox-dropped");
    }

    @AfterEach
    void stop() throws IOException {
        INSTANCE.release();
        if (container != null) {
            container.close();
        }
    }

    @Test
    void what_is_in_force_stays_when_the_agent_ends_and_goes_when_it_is_released() throws IOException {
        try (var agent = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
            assertNotEquals(0, runDropped());
            assertEquals(1, agent.count(KernelCounter.REFUSED) + agent.count(KernelCounter.KILLED));
        }
        assertNotEquals(0, runDropped(), "no agent lives, and the program runs");
        assertEquals(1, INSTANCE.lives().size());
        assertTrue(INSTANCE.lives().getFirst().guards());

        var left = INSTANCE.release();

        assertEquals(0, runDropped());
        assertEquals(1, left.size());
        assertTrue(left.getFirst().scopes().orElseThrow() > 0);
        assertFalse(Files.exists(INSTANCE.folder()));
    }

    @Test
    void rules_that_only_report_do_not_outlive_their_agent() throws IOException {
        RunningAgent.start(INSTANCE, fromImageOnly(Mode.AUDIT)).close();

        assertEquals(List.of(), INSTANCE.lives());
    }

    @Test
    void a_second_agent_is_refused_while_one_lives() {
        try (var agent = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
            assertEquals(INSTANCE, agent.kernel().instance().orElseThrow());
            assertTrue(INSTANCE.take().isEmpty());
            assertTrue(INSTANCE.isTaken());
        }
        assertFalse(INSTANCE.isTaken());
    }

    @Test
    void the_next_agent_tells_what_happened_without_one() throws IOException {
        RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE)).close();
        assertNotEquals(0, runDropped());
        assertNotEquals(0, runDropped());

        try (var agent = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
            var told = agent.notice("took over");
            assertTrue(told.contains("meanwhile 2 acts were refused") || told.contains(", 2 answered by a kill"), told);
            var alert = agent.alert("the act before", a -> a.message().contains("/busybox-dropped"));
            assertEquals(container.id(), alert.container().orElseThrow().id());
            assertNotEquals(0, runDropped());
        }
    }

    @Test
    void an_agent_that_is_killed_in_the_middle_leaves_everything_in_force() throws Exception {
        var loop = container.spawn(
                "sh",
                "-c",
                "while :; do /busybox-dropped true 2>/dev/null && echo ran >> /data/ran; echo tried >> /data/tried; done");
        try {
            try (var agent = AgentProcess.start(INSTANCE, OWN, Ears.OPEN)) {
                Files.deleteIfExists(container.data().resolve("ran"));
                awaitTries(5);
                agent.kill();
            }
            awaitTries(20);
            assertFalse(INSTANCE.isTaken());
            try (var next = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
                next.notice("took over");
                awaitTries(5);
            }
        } finally {
            loop.destroy();
        }
        assertFalse(Files.exists(container.data().resolve("ran")));
    }

    /// A program in a tight loop, over agents that come and go, with other policies and with the same.
    @Test
    void a_forbidden_act_never_succeeds_while_agents_take_over_from_each_other() throws Exception {
        RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE)).close();
        assertNotEquals(0, runDropped());
        var loop = container.spawn(
                "sh",
                "-c",
                "while :; do /busybox-dropped true 2>/dev/null && echo ran >> /data/ran; echo tried >> /data/tried; done");
        try {
            awaitTries(3);
            for (int i = 0; i < 4; i++) {
                RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE)).close();
                awaitTries(3);
            }
        } finally {
            loop.destroy();
        }
        assertFalse(Files.exists(container.data().resolve("ran")));
    }

    @Test
    void the_brake_holds_at_once_with_and_without_an_agent_and_over_the_next() throws IOException {
        try (var agent = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
            assertNotEquals(0, runDropped());
            assertTrue(INSTANCE.brake("drill", Optional.empty(), Instant.now()));
            assertEquals(0, runDropped());
            var alert = agent.alert(
                    "the act let pass",
                    a -> a.mode() == Mode.AUDIT && a.message().contains("/busybox-dropped"));
            assertTrue(alert.message().contains("the node's brake is on"), alert.message());
            agent.notice("drill");
            assertEquals(1, agent.count(KernelCounter.BRAKED));
        }
        assertEquals(0, runDropped(), "the agent ended, the brake did not");
        INSTANCE.unbrake(Instant.now());
        assertNotEquals(0, runDropped(), "no agent lives, the brake is off");
        INSTANCE.brake("again", Optional.of(Duration.ofHours(1)), Instant.now());
        assertEquals(0, runDropped());

        try (var agent = RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE))) {
            agent.notice("again");
            assertEquals(0, runDropped(), "another agent, the same brake");
            INSTANCE.unbrake(Instant.now());
            assertNotEquals(0, runDropped());
        }
    }

    @Test
    void a_brake_goes_off_by_itself_when_its_time_is_over() throws IOException {
        RunningAgent.start(INSTANCE, fromImageOnly(Mode.ENFORCE)).close();
        INSTANCE.brake("short", Optional.of(Duration.ofMillis(1)), Instant.now());
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (INSTANCE.brake().isPresent()) {
            assertTrue(System.nanoTime() < deadline);
            LockSupport.parkNanos(1_000_000);
        }
        assertNotEquals(0, runDropped());
    }

    private int runDropped() throws IOException {
        return container.exec("sh", "-c", "/busybox-dropped true").exit();
    }

    private void awaitTries(int more) throws IOException {
        var tried = container.data().resolve("tried");
        long before = Files.exists(tried) ? Files.size(tried) : 0;
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!Files.exists(tried) || Files.size(tried) < before + 6L * more) {
            assertTrue(System.nanoTime() < deadline, "the loop does not go round");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static WorkloadPolicy fromImageOnly(Mode mode) {
        return AgentProcess.imageOnly(mode, AgentProcess.named(OWN));
    }
}
