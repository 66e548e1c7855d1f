// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.enforce.GuardOption;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs that the agent refuses before they start, where no LSM program loads.
@Tag("kernel")
@Tag("slow")
class ExecGateTest {
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    @TempDir
    Path tmp;

    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withFiles(ImageFile.program("/bin/busybox-other", Path.of("/bin/busybox"))));
        container.start();
        agent = RunningAgent.start(Set.of(GuardOption.EXEC_GATE));
        assumeTrue(agent.backend() != Backend.LSM, "an LSM program loads here: it refuses by itself");
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
    void a_program_that_is_not_of_the_image_is_refused_and_its_caller_lives() throws IOException {
        container.exec("sh", "-c", "cp /bin/busybox /opt/busybox-dropped");
        agent.apply(policy(Mode.ENFORCE, List.of(), true, Action.DENY));
        assertEquals(Guarantee.PREVENTED, agent.kernel().guarantee(RuntimeRule.PROCESS_FROM_IMAGE));

        var run = container.exec("sh", "-c", "/opt/busybox-dropped true; echo status $?; /bin/true && echo alive");

        assertEquals("status 126\nalive\n", run.stdout(), run.toString());
        var alert = agent.alert("the refusal", a -> a.message().contains("/opt/busybox-dropped"));
        assertEquals(Guarantee.PREVENTED, alert.guarantee());
        assertTrue(alert.message().startsWith("exec of "), alert.message());
        assertTrue(alert.message().contains(" by sh: not a file of the image"), alert.message());
    }

    @Test
    void a_program_that_the_list_does_not_name_is_refused() throws IOException {
        agent.apply(policy(Mode.ENFORCE, List.of("/bin/busybox"), false, Action.DENY));

        var run = container.exec("sh", "-c", "/bin/busybox-other true; echo status $?; /bin/true && echo alive");

        assertEquals("status 126\nalive\n", run.stdout(), run.toString());
    }

    @Test
    void who_is_to_be_killed_is_killed() throws IOException {
        agent.apply(policy(Mode.ENFORCE, List.of("/bin/busybox"), false, Action.KILL));

        var run = container.exec("sh", "-c", "sh -c 'exec /bin/busybox-other true'; echo status $?");

        assertTrue(run.stdout().contains("status 137"), run.toString());
    }

    /// The kernel opens the loader as it opens a program. By itself, and with it any file, it is not on the list.
    @Test
    void a_program_on_the_list_has_its_loader_and_the_loader_alone_is_killed() throws IOException {
        var loader = "/lib64/ld-linux-x86-64.so.2";
        var library = "/lib/x86_64-linux-gnu/libc.so.6";
        assumeTrue(
                Files.exists(Path.of(loader)) && Files.exists(Path.of(library)),
                "no program with a loader to try it by");
        var options = RuncContainer.Options.defaults()
                .withFiles(
                        ImageFile.program("/opt/true", Path.of("/usr/bin/true")),
                        ImageFile.program(loader, Path.of(loader)),
                        ImageFile.program(library, Path.of(library)));
        try (var dynamic = RuncContainer.create(Files.createDirectory(tmp.resolve("dynamic")), options)) {
            dynamic.start();
            agent.apply(policy(Mode.ENFORCE, List.of("/bin/busybox", "/opt/true"), false, Action.DENY));

            var run = dynamic.exec("sh", "-c", "/opt/true; echo status $?; " + loader + " /opt/true; echo status $?");

            assertEquals("status 0\nstatus 137\n", run.stdout(), run.toString());
        }
    }

    /// What no mark covers is still the tracepoint's.
    @Test
    void a_program_in_memory_is_killed_as_it_starts() throws IOException {
        container.exec("sh", "-c", "cp /bin/busybox /tmp/busybox-dropped");
        agent.apply(policy(Mode.ENFORCE, List.of(), true, Action.DENY));

        var run = container.exec("sh", "-c", "/tmp/busybox-dropped true; echo status $?");

        assertTrue(run.stdout().contains("status 137"), run.toString());
        assertEquals(
                Guarantee.KILLED,
                agent.alert("the kill", a -> a.message().contains("/tmp/busybox-dropped"))
                        .guarantee());
    }

    @Test
    void audit_refuses_nothing_and_tells_it_once() throws IOException {
        container.exec("sh", "-c", "cp /bin/busybox /opt/busybox-dropped");
        agent.apply(policy(Mode.AUDIT, List.of(), true, Action.DENY));

        assertEquals(0, container.exec("/opt/busybox-dropped", "true").exit());

        agent.alert("what would have been", a -> a.message().contains("/opt/busybox-dropped"));
    }

    @Test
    void policies_that_go_take_the_refusal_with_them() throws IOException {
        agent.apply(policy(Mode.ENFORCE, List.of("/bin/busybox"), false, Action.DENY));
        assertFalse(container.exec("/bin/busybox-other", "true").exit() == 0);

        agent.apply();

        assertEquals(0, container.exec("/bin/busybox-other", "true").exit());
    }

    @Test
    void an_agent_that_ends_leaves_nobody_waiting() throws IOException {
        agent.apply(policy(Mode.ENFORCE, List.of("/bin/busybox"), false, Action.DENY));

        agent.close();
        agent = null;

        assertEquals(0, container.exec("/bin/busybox-other", "true").exit());
    }

    private static WorkloadPolicy policy(Mode mode, List<String> allow, boolean fromImageOnly, Action action) {
        return new WorkloadPolicy(
                PolicyName.cluster("programs"),
                mode,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(
                        RuntimeSection.of(Optional.of(Processes.of(allow, fromImageOnly, action)), Optional.empty())));
    }
}
