// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.fixture.AgentProcess;
import io.gatehouse.agent.fixture.AgentProcess.Ears;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RunningAgent;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Containers are protected from their first instruction: the first program waits for its rules, and nobody waits for
/// ever.
@Tag("kernel")
@Tag("slow")
class DoorTest {
    private static final Instance INSTANCE =
            Instance.of(Instance.USUAL_ROOT, "door-" + ProcessHandle.current().pid());
    private static final String OWN = "gh-test-" + ProcessHandle.current().pid() + "-*";

    /// Starts that must all come out alike; a hundred on the host, fewer where a machine is emulated.
    private static final int STARTS = Integer.getInteger("gatehouse.starts", inMachine() ? 4 : 100);

    @TempDir
    Path tmp;

    @BeforeEach
    void usable() {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
    }

    @AfterEach
    void release() {
        INSTANCE.release();
    }

    @Test
    void a_forbidden_entry_point_does_nothing_at_all() throws IOException {
        var options = Options.defaults()
                .withFiles(ImageFile.program("/bin/busybox-evil", Path.of("/bin/busybox")))
                .withArgs("/bin/busybox-evil", "touch", "/data/evidence");
        try (var agent = RunningAgent.start(allow("/bin/sh"))) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    container.start();
                    await(
                            "the entry point is ended",
                            () -> !Files.exists(Path.of("/proc/" + container.pid() + "/exe")));
                    assertFalse(Files.exists(container.data().resolve("evidence")), "start " + i);
                    agent.alert(
                            "the entry point",
                            a -> a.container().orElseThrow().id().equals(container.id()));
                }
            }
            assertHeld(agent);
            assertEquals(0, agent.count(KernelCounter.HOLD_FULL));
        }
    }

    @Test
    void an_allowed_entry_point_goes_on_at_once_and_so_do_programs_that_follow() throws IOException {
        var options = Options.defaults().withArgs("sh", "-c", "echo first >> /data/done; exec sleep 3600");
        var micros = new ArrayList<Long>();
        try (var agent = RunningAgent.start(allow("/bin/sh"))) {
            for (int i = 0; i < STARTS; i++) {
                try (var container = RuncContainer.create(tmp, options)) {
                    long before = System.nanoTime();
                    container.start();
                    await(
                            "the entry point goes on",
                            () -> Files.exists(container.data().resolve("done")));
                    micros.add((System.nanoTime() - before) / 1_000);
                    assertEquals("running", container.status());
                    assertEquals(0, container.exec("sh", "-c", "true").exit());
                }
            }
            assertHeld(agent); // and not the programs that follow
        }
        micros.sort(Long::compare);
        System.err.println("runc start to the first act, us: p50 " + micros.get(micros.size() / 2) + ", p99 "
                + micros.get(micros.size() * 99 / 100));
    }

    @Test
    void nothing_waits_where_no_policy_could_stop_anything() throws IOException {
        try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.AUDIT, AgentProcess.named(OWN)));
                var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            await("the container runs", () -> comm(container.pid()).equals("sleep"));
            assertEquals(0, agent.count(KernelCounter.HELD));
        }
    }

    /// It hears nothing, so its ring is as good as full: the container stands in a map, and the next agent finds it.
    @Test
    void whoever_waits_for_an_agent_that_is_killed_is_let_in_by_the_next() throws IOException {
        var options = Options.defaults().withArgs("sh", "-c", "echo first >> /data/done; exec sleep 3600");
        try (var deaf = AgentProcess.start(INSTANCE, OWN, Ears.SHUT);
                var container = RuncContainer.create(tmp, options)) {
            container.start();
            await("the entry point is held", () -> state(container.pid()) == 'T');
            assertEquals("running", container.status(), "to its runtime it is not stopped");
            assertFalse(Files.exists(container.data().resolve("done")));
            deaf.kill();
            assertFalse(Files.exists(container.data().resolve("done")));

            try (var next =
                    RunningAgent.start(INSTANCE, AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(OWN)))) {
                await(
                        "the entry point goes on",
                        () -> Files.exists(container.data().resolve("done")));
                container.exec("cp", "/bin/busybox", "/busybox-dropped");
                assertNotEquals(
                        0, container.exec("sh", "-c", "/busybox-dropped true").exit());
                next.alert("the dropped program", a -> a.message().contains("/busybox-dropped"));
            }
        }
    }

    /// Binds every container there is, so it runs where there are none but its own.
    @Test
    void a_container_that_starts_while_no_agent_lives_gets_the_rules_for_all() throws IOException {
        assumeTrue(inMachine(), "it would bind every container of this machine");
        var all = AgentProcess.imageOnly(Mode.ENFORCE, Match.ALL);
        RunningAgent.start(INSTANCE, all).close();
        assumeTrue(INSTANCE.lives().size() == 1);

        try (var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            container.exec("cp", "/bin/busybox", "/busybox-dropped");
            assertNotEquals(
                    0, container.exec("sh", "-c", "/busybox-dropped true").exit());
            assertEquals(1, INSTANCE.lives().getFirst().count(KernelCounter.DEFAULTED));

            try (var next = RunningAgent.start(INSTANCE, all)) {
                next.notice("1 containers started under the default rules");
                assertNotEquals(
                        0, container.exec("sh", "-c", "/busybox-dropped true").exit());
            }
        }
    }

    // ---- lineage

    @Test
    void a_process_moved_to_another_cgroup_stays_under_its_containers_rules() throws IOException {
        var elsewhere = Path.of("/sys/fs/cgroup/unified");
        var group = (Files.isDirectory(elsewhere) ? elsewhere : Path.of("/sys/fs/cgroup"))
                .resolve("gh-elsewhere-" + ProcessHandle.current().pid());
        try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(OWN)));
                var container = RuncContainer.create(tmp, Options.defaults())) {
            container.start();
            container.exec("cp", "/bin/busybox", "/busybox-dropped");
            var shell = container.spawn(
                    "sh",
                    "-c",
                    "echo $$ > /data/in; while [ ! -e /data/go ]; do :; done; /busybox-dropped touch /data/ran; touch /data/end");
            Files.createDirectory(group);
            try {
                await("the shell runs", () -> Files.exists(container.data().resolve("in")));
                long pid = shell(container.pid());
                Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
                Files.createFile(container.data().resolve("go"));
                await("the shell went on", () -> Files.exists(container.data().resolve("end")));
                assertFalse(Files.exists(container.data().resolve("ran")));
                agent.notice("left the container's cgroup");
            } finally {
                shell.destroyForcibly();
                await("the other cgroup is empty", () -> group.toFile().delete());
            }
        }
    }

    @Test
    void a_process_that_enters_the_hosts_mounts_stays_under_its_containers_rules() throws IOException {
        var options = Options.defaults()
                .withMounts(RuncContainer.Mount.bind(Path.of("/proc"), "/hostproc"))
                .withCapabilities("CAP_SYS_ADMIN", "CAP_SYS_PTRACE");
        try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(OWN)));
                var container = RuncContainer.create(tmp, options)) {
            container.start();
            Files.copy(Path.of("/bin/busybox"), container.data().resolve("busybox-evil"));
            container.data().resolve("busybox-evil").toFile().setExecutable(true);
            var evil = container.data().resolve("busybox-evil").toString();
            var ran = container.data().resolve("ran");

            var run = container.exec("nsenter", "--mount=/hostproc/1/ns/mnt", evil, "touch", ran.toString());

            assertNotEquals(0, run.exit(), run.toString());
            assertFalse(Files.exists(ran));
            assumeTrue(
                    !run.stderr().contains("can't open"),
                    "it may not come to the host's mounts at all: " + run.stderr());
            agent.alert("the program of the host", a -> a.message().contains("busybox-evil"));
        }
    }

    @Test
    void a_container_that_runs_a_kubelet_is_a_node_and_not_governed() throws IOException {
        var options = Options.defaults()
                .withFiles(ImageFile.program("/usr/bin/kubelet", Path.of("/bin/busybox")))
                .withCapabilities("CAP_SYS_ADMIN")
                .withArgs("sh", "-c", "exec -a busybox /usr/bin/kubelet sleep 3600");
        try (var container = RuncContainer.create(tmp, options)) {
            container.start();
            await("the kubelet runs", () -> exe(container.pid()).endsWith("kubelet"));
            container.exec("cp", "/bin/busybox", "/busybox-dropped");
            try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(OWN)))) {
                agent.notice("it runs kubelet");
                assertEquals(
                        0, container.exec("sh", "-c", "/busybox-dropped true").exit());
            }
        }
    }

    /// A name is no disguise: without an administrator's rights it changes nothing.
    @Test
    void a_container_that_only_calls_a_program_so_is_governed() throws IOException {
        var options = Options.defaults()
                .withFiles(ImageFile.program("/usr/bin/kubelet", Path.of("/bin/busybox")))
                .withArgs("sh", "-c", "exec -a busybox /usr/bin/kubelet sleep 3600");
        try (var container = RuncContainer.create(tmp, options)) {
            container.start();
            await("the program runs", () -> exe(container.pid()).endsWith("kubelet"));
            container.exec("cp", "/bin/busybox", "/busybox-dropped");
            try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(OWN)))) {
                assertNotEquals(
                        0, container.exec("sh", "-c", "/busybox-dropped true").exit());
                agent.alert("the dropped program", a -> a.message().contains("/busybox-dropped"));
            }
        }
    }

    /// A container that is made long before it is started is known by then, and need not wait.
    private static void assertHeld(RunningAgent agent) {
        assertTrue(agent.count(KernelCounter.HELD) > 0);
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

    /// The shell in the container that is not its first process.
    private static long shell(long init) throws IOException {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> pid != init && comm(pid).equals("sh") && sameMounts(pid, init))
                .findFirst()
                .orElseThrow();
    }

    private static boolean sameMounts(long one, long other) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + one + "/ns/mnt"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/" + other + "/ns/mnt")));
        } catch (IOException _) {
            return false;
        }
    }

    private static String exe(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static String comm(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException _) {
            return "";
        }
    }

    private static char state(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException _) {
            return '?';
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain until " + what);
            LockSupport.parkNanos(200_000);
        }
    }

    /// Whether this is a throw-away machine whose containers are all ours.
    private static boolean inMachine() {
        try {
            return Set.of("rootfs", "ramfs")
                    .contains(Files.getFileStore(Path.of("/")).type());
        } catch (IOException _) {
            return false;
        }
    }
}
