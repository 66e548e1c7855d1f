// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.engine.policy.Brakes;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.EmergencyBrake;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cluster's brake, as it is felt in a container of a node.
@Tag("kernel")
@Tag("slow")
class EmergencyBrakeTest {
    @TempDir
    Path tmp;

    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(tmp, RuncContainer.Options.defaults());
        container.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (agent != null) {
            agent.close();
        }
        if (container != null) {
            container.close();
        }
    }

    @Test
    void what_is_enforced_runs_while_the_brake_is_pulled_and_is_stopped_again_once_it_is_lifted() throws IOException {
        var match = new Match(List.of(), Map.of(), List.of(), List.of(container.id()));
        var policy = new WorkloadPolicy(
                PolicyName.cluster("strict"),
                Mode.ENFORCE,
                match,
                List.of(),
                Optional.empty(),
                Optional.of(
                        RuntimeSection.of(Optional.of(Processes.of(List.of(), true, Action.KILL)), Optional.empty())));
        var enforced = new Snapshot("sha256:enforced", List.of(policy));
        var brake = new EmergencyBrake(
                PolicyName.cluster("checkout-down"), "checkout is down", Optional.empty(), Optional.empty());
        agent = RunningAgent.start(policy);
        assertEquals(0, container.exec("cp", "/bin/busybox", "/busybox-dropped").exit());
        assertNotEquals("ran", run());

        long before = System.nanoTime();
        agent.apply(enforced.with(new Brakes(List.of(brake))));
        System.out.println("the brake held after " + (System.nanoTime() - before) / 1_000_000 + " ms, one container");

        assertEquals("ran", run());
        var alert = agent.alert("what would have been", a -> a.mode() == Mode.AUDIT);
        assertEquals(Verdict.KILL, alert.verdict());
        assertTrue(alert.message().contains("/busybox-dropped"), alert.message());

        agent.apply(enforced.with(Brakes.NONE));
        assertNotEquals("ran", run());
    }

    private String run() throws IOException {
        return container.exec("sh", "-c", "/busybox-dropped echo ran").stdout().strip();
    }
}
