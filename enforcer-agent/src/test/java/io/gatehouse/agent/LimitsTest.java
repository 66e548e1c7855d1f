// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Enforcer;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens at the edges: a ring that nobody reads, more policies than there are bits, actions other than deny.
@Tag("kernel")
class LimitsTest {
    @TempDir
    Path tmp;

    private RuncContainer container;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(tmp, RuncContainer.Options.defaults());
        container.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (container != null) {
            container.close();
        }
    }

    @Test
    void a_full_ring_never_changes_the_verdict() throws IOException {
        var policy = policy("root", Mode.ENFORCE, Optional.empty(), Optional.of(writes(Action.DENY)));
        try (var kernel = KernelSide.load();
                var ring = kernel.events()) {
            var enforcer = new Enforcer(kernel, ClusterFacts.NONE);
            enforcer.apply(new Snapshot("full-ring", List.of(policy)), LocalDate.now());
            enforcer.adopt(
                    new ContainerFinder(Path.of("/")).ofProcess(container.pid()).orElseThrow(),
                    Set.of(),
                    LocalDate.now());

            // Each in a process of its own, for without LSM it does not live to try another.
            container.exec("sh", "-c", "i=0; while [ $i -lt 2500 ]; do (echo x > /etc/f$i); i=$((i+1)); done");

            assertTrue(kernel.count(KernelCounter.RING_FULL) > 0, "the ring was to be full");
            for (int i = 0; i < 2500; i++) {
                var written = container.upper().resolve("etc/f" + i);
                assertTrue(!Files.exists(written) || Files.size(written) == 0, "write " + i + " came through");
            }
            assertTrue(ring.drain((_, _, _) -> {}) > 0, "what fitted is told");
        }
    }

    @Test
    void report_tells_and_lets_be_while_kill_ends_the_process() throws IOException {
        var report = policy("root", Mode.ENFORCE, Optional.empty(), Optional.of(writes(Action.REPORT)));
        var kill = policy("root", Mode.ENFORCE, Optional.empty(), Optional.of(writes(Action.KILL)));
        try (var agent = RunningAgent.start(report)) {
            assertEquals(0, container.exec("sh", "-c", "echo x > /etc/reported").exit());
            var told = agent.alert("the reported write", a -> a.message().contains("/etc/reported"));
            assertEquals(Verdict.REPORT, told.verdict());
            assertEquals(Guarantee.REPORTED, told.guarantee());

            agent.apply(kill);
            assertEquals(
                    137,
                    container
                            .exec("sh", "-c", "echo x > /etc/killed; echo lives")
                            .exit());
            var killed = agent.alert("the killed write", a -> a.message().contains("/etc/killed"));
            assertEquals(Verdict.KILL, killed.verdict());
            assertEquals(agent.backend() == Backend.LSM ? Guarantee.PREVENTED : Guarantee.KILLED, killed.guarantee());
            if (agent.backend() == Backend.LSM) {
                assertFalse(Files.exists(container.upper().resolve("etc/killed")), "refused as well as killed");
            }
        }
    }

    @Test
    void a_program_that_no_name_leads_to_is_of_no_image() throws IOException {
        var policy = policy(
                "image", Mode.ENFORCE, Optional.of(Processes.of(List.of(), true, Action.DENY)), Optional.empty());
        try (var agent = RunningAgent.start(policy)) {
            var run = container.exec(
                    "sh",
                    "-c",
                    "cp /bin/busybox /tmp/busybox-gone; exec 3< /tmp/busybox-gone; rm /tmp/busybox-gone;"
                            + " /proc/self/fd/3 true; echo status $?");
            assertFalse(run.stdout().contains("status 0"), run.toString());
            agent.alert("the nameless program", a -> a.message().contains("no name leads to it"));
        }
    }

    @Test
    void what_a_policy_asks_and_a_container_cannot_be_given_is_told() throws IOException {
        var missing = policy(
                "aa-missing",
                Mode.AUDIT,
                Optional.of(Processes.of(List.of("/no/such/program"), false, Action.DENY)),
                Optional.empty());
        var many = IntStream.rangeClosed(1, 32)
                .mapToObj(i -> policy(
                        "many-%02d".formatted(i), Mode.AUDIT, Optional.empty(), Optional.of(writes(Action.DENY))))
                .toList();
        var all = new java.util.ArrayList<>(List.of(missing));
        all.addAll(many);
        try (var agent = RunningAgent.start(all.toArray(WorkloadPolicy[]::new))) {
            agent.alert("the missing program", a -> a.message().contains("not kept as written: /no/such/program"));
            var left = agent.alert("the policy too many", a -> a.message().contains("more than 32 policies"));
            assertEquals("many-32", left.policy().name());
        }
    }

    private static Writes writes(Action action) {
        return Writes.of(true, List.of(), action);
    }

    /// Binds the containers of this test run and nothing else.
    private static WorkloadPolicy policy(
            String name, Mode mode, Optional<Processes> processes, Optional<Writes> writes) {
        return new WorkloadPolicy(
                PolicyName.cluster(name),
                mode,
                new Match(
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of("gh-test-" + ProcessHandle.current().pid() + "-*")),
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(processes, writes)));
    }
}
