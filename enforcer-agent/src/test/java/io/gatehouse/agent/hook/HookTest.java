// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.fixture.AgentProcess;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RuncContainer.Root;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A runtime that runs the hook has the agent know of a container before it runs anything.
@Tag("kernel")
@Tag("full")
class HookTest {
    private static final String OWN = "gh-test-" + ProcessHandle.current().pid() + "-*";
    private static final int STARTS = Integer.getInteger("gatehouse.starts", 10);

    @TempDir
    Path tmp;

    private Path program;
    private Path socket;

    @BeforeEach
    void usable() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        program = tmp.resolve("bin/gatehouse-hook");
        socket = tmp.resolve("hook.sock");
        assertTrue(HookProgram.install(program));
    }

    @Test
    void its_rules_are_in_force_when_its_runtime_goes_on_and_it_waits_for_nothing_more() throws IOException {
        var options = evil().withHook(hook("--require"));
        try (var agent = RunningAgent.start(allow("/bin/sh"));
                var _ = agent.hearHooks(socket)) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    container.start();
                    assertEnded(agent, container);
                }
            }
            assertEquals(0, agent.count(KernelCounter.HELD), "the door had nothing to do");
        }
    }

    /// Such a container does not wait at the door; without the hook its first program may be faster than its rules.
    @Test
    void a_container_on_a_plain_folder_is_protected_from_its_first_instruction_too() throws IOException {
        var options = evil().withRoot(Root.PLAIN_FOLDER).withHook(hook("--require"));
        try (var agent = RunningAgent.start(allow("/bin/sh"));
                var _ = agent.hearHooks(socket)) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    container.start();
                    assertEnded(agent, container);
                }
            }
        }
    }

    /// When the hook runs, the container's first process still has the host's root.
    @Test
    void what_its_policy_names_is_looked_up_in_its_own_root_and_not_in_the_hosts() throws IOException {
        for (var root : List.of(Root.PLAIN_FOLDER, Root.WRITABLE)) {
            var options = Options.defaults()
                    .withRoot(root)
                    .withHook(hook("--require"))
                    .withFiles(ImageFile.program("/bin/busybox-own", Path.of("/bin/busybox")))
                    .withArgs(
                            "/bin/busybox-own",
                            "sh",
                            "-c",
                            "echo ran > /data/own; /bin/busybox touch /data/evidence; exec /bin/busybox-own sleep 3600");
            try (var agent = RunningAgent.start(allow("/bin/busybox-own"));
                    var _ = agent.hearHooks(socket);
                    var container = RuncContainer.create(tmp, options)) {
                container.start();
                agent.alert("the other program", a -> a.message().contains("/bin/busybox"));
                assertEquals("ran\n", text(container.data().resolve("own")), root.name());
                assertFalse(Files.exists(container.data().resolve("evidence")), root.name());
            }
        }
    }

    @Test
    void its_root_is_read_only_before_its_first_program_as_without_the_hook() throws IOException {
        var options = Options.defaults()
                .withHook(hook("--require"))
                .withArgs("sh", "-c", "touch /early; echo $? > /data/status; exec sleep 3600");
        try (var agent = RunningAgent.start(AgentProcess.readOnlyRoot(Mode.ENFORCE, AgentProcess.named(OWN)));
                var _ = agent.hearHooks(socket)) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    container.start();
                    await(
                            "it ran",
                            () -> text(container.data().resolve("status")).endsWith("\n"));
                    assertEquals("1\n", text(container.data().resolve("status")), "start " + i);
                }
            }
        }
    }

    @Test
    void the_container_is_who_its_bundle_and_annotations_say() throws IOException {
        var options = Options.defaults()
                .withHook(hook("--require"))
                .withAnnotation("io.kubernetes.cri.container-name", "web")
                .withAnnotation("io.kubernetes.cri.image-name", "docker.io/library/nginx:1.27")
                .withAnnotation("io.kubernetes.cri.sandbox-namespace", "shop")
                .withAnnotation("io.kubernetes.cri.sandbox-name", "web-0");
        var match = new io.gatehouse.schemas.policy.Match(
                List.of("shop"), java.util.Map.of(), List.of("docker.io/library/nginx:*"), List.of("web"));
        try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, match));
                var _ = agent.hearHooks(socket);
                var container = RuncContainer.create(tmp, options)) {
            container.start();
            container.exec("cp", "/bin/busybox", "/busybox-dropped");
            container.exec("sh", "-c", "/busybox-dropped true");
            var alert = agent.alert("the dropped program", a -> a.message().contains("/busybox-dropped"));
            assertEquals(container.id(), alert.container().orElseThrow().id());
            assertEquals("web", alert.container().orElseThrow().name());
            assertEquals("shop", alert.pod().orElseThrow().namespace());
        }
    }

    @Test
    void without_an_agent_it_starts_unless_the_agent_is_required() throws IOException {
        try (var container = RuncContainer.create(tmp, Options.defaults().withHook(hook()))) {
            container.start();
            assertEquals("running", container.status());
        }
        var refused = assertThrows(
                IOException.class,
                () -> RuncContainer.create(tmp, Options.defaults().withHook(hook("--require"))));
        assertTrue(refused.getMessage().contains("no agent of Gatehouse answers"), refused.getMessage());
    }

    @Test
    void a_container_that_no_policy_is_about_starts() throws IOException {
        try (var agent = RunningAgent.start();
                var _ = agent.hearHooks(socket);
                var container = RuncContainer.create(tmp, Options.defaults().withHook(hook("--require")))) {
            container.start();
            assertEquals("running", container.status());
        }
    }

    @Test
    void what_is_no_container_is_refused_and_nothing_of_the_host_is_governed() throws Exception {
        long self = ProcessHandle.current().pid();
        try (var agent = RunningAgent.start(allow("/bin/sh"));
                var _ = agent.hearHooks(socket)) {
            assertRefused(
                    "{\"id\": \"gh-test-" + self + "-x\", \"pid\": " + self + ", \"bundle\": \"" + tmp + "\"}",
                    "has no mounts of its own");
            assertRefused("{\"id\": \"../etc\", \"pid\": 1, \"bundle\": \"/\"}", "no state of a container");
            assertRefused("{\"id\": \"x\", \"pid\": 999999999, \"bundle\": \"/\"}", "is gone");
            assertRefused("not JSON", "no state of a container");
            assertRefused("x".repeat(3 << 20), "no state of a container");
            assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(socket));
        }
    }

    /// Numbers for the guide: from `runc create` to the first act of the container.
    @Test
    void what_it_costs() throws IOException {
        try (var agent = RunningAgent.start(allow("/bin/sh"));
                var _ = agent.hearHooks(socket)) {
            var without = starts(Options.defaults(), agent);
            var with = starts(Options.defaults().withHook(hook("--require")), agent);
            var any = starts(Options.defaults().withHook("/bin/true"), agent);
            System.err.println("runc create to the first act, ms: at the door " + without + ", with the hook " + with
                    + ", with one that does nothing " + any);
        }
        var ungoverned = starts(Options.defaults(), null);
        System.err.println("without an agent " + ungoverned);
    }

    private String starts(Options options, RunningAgent agent) throws IOException {
        var millis = new ArrayList<Double>();
        var created = new ArrayList<Double>();
        var writing = options.withArgs("sh", "-c", "echo first > /data/done; exec sleep 3600");
        for (int i = 0; i < STARTS; i++) {
            long before = System.nanoTime();
            try (var container = RuncContainer.create(tmp, writing)) {
                created.add((System.nanoTime() - before) / 1e6);
                before = System.nanoTime();
                container.start();
                await("it ran", () -> Files.exists(container.data().resolve("done")));
                millis.add((System.nanoTime() - before) / 1e6);
            }
        }
        millis.sort(Double::compare);
        created.sort(Double::compare);
        return "p50 create %.1f + start %.1f%s"
                .formatted(
                        created.get(STARTS / 2),
                        millis.get(STARTS / 2),
                        agent == null ? "" : ", held " + agent.count(KernelCounter.HELD));
    }

    private void assertRefused(String state, String why) throws Exception {
        var words = new ArrayList<>(List.of(hook("--require")));
        words.set(0, program.toString());
        var process = new ProcessBuilder(words).start();
        try (var out = process.getOutputStream()) {
            out.write(state.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException _) {
            assertTrue(state.length() > 1 << 20, "it hears all that is not too much");
        }
        var said = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue(), said);
        assertTrue(said.contains(why), said);
    }

    private void assertEnded(RunningAgent agent, RuncContainer container) {
        await("the entry point is ended", () -> !Files.exists(Path.of("/proc/" + container.pid() + "/exe")));
        assertFalse(Files.exists(container.data().resolve("evidence")));
        agent.alert("the entry point", a -> a.container().orElseThrow().id().equals(container.id()));
    }

    private static Options evil() throws IOException {
        return Options.defaults()
                .withFiles(ImageFile.program("/bin/busybox-evil", Path.of("/bin/busybox")))
                .withArgs("/bin/busybox-evil", "touch", "/data/evidence");
    }

    private String[] hook(String... more) {
        var words = new ArrayList<>(List.of(program.toString(), "--wait", "20", "--socket", socket.toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private static WorkloadPolicy allow(String program) {
        return new WorkloadPolicy(
                PolicyName.cluster("listed"),
                Mode.ENFORCE,
                AgentProcess.named(OWN),
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(
                        Optional.of(Processes.of(List.of(program), false, Action.DENY)), Optional.empty())));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return "";
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain until " + what);
            LockSupport.parkNanos(200_000);
        }
    }
}
