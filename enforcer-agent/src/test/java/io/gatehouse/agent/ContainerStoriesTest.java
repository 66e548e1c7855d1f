// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a policy promises, tried in real containers on the running kernel: inline where LSM programs load (the VM
/// ring), by SIGKILL where they do not. Each story states both.
@Tag("kernel")
@Tag("full")
class ContainerStoriesTest {
    /// Policies here bind nothing on this machine but the containers of this test run.
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

    // ---- programs

    @Test
    void a_program_dropped_after_start_does_not_run() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        assertEquals(0, container.exec("cp", "/bin/busybox", "/busybox-dropped").exit());

        var run = container.exec("sh", "-c", "/busybox-dropped true; echo status $?");

        assertStoppedInShell(run);
        var alert = agent.alert("the dropped program", a -> a.message().contains("/busybox-dropped"));
        assertEquals("processes.fromImageOnly", alert.rule());
        assertEquals(Verdict.DENY, alert.verdict());
        assertEquals(expectedGuarantee(), alert.guarantee());
        assertEquals(container.id(), alert.container().orElseThrow().id());
        assertEquals(
                List.of("/busybox-dropped", "true"),
                alert.process().orElseThrow().args());
        assertEquals("/busybox-dropped", alert.process().orElseThrow().exe());
        assertTrue(alert.process().orElseThrow().parents().stream()
                .anyMatch(p -> p.name().equals("sh")));
    }

    @Test
    void image_programs_run_while_dropped_ones_do_not() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));

        assertEquals(
                "fine", container.exec("sh", "-c", "/bin/echo fine").stdout().strip());
        assertTrue(agent.sawNothing(a -> a.message().contains("echo")));
    }

    @Test
    void audit_lets_the_program_run_and_tells_the_verdict_that_would_have_been() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.AUDIT));
        container.exec("cp", "/bin/busybox", "/busybox-dropped");

        assertEquals(
                "ran",
                container.exec("/busybox-dropped", "echo", "ran").stdout().strip());

        var alert = agent.alert("the dropped program", a -> a.message().contains("/busybox-dropped"));
        assertEquals(Mode.AUDIT, alert.mode());
        assertEquals(Verdict.DENY, alert.verdict());
        assertEquals(expectedGuarantee(), alert.guarantee());
        assertEquals(
                List.of("/busybox-dropped", "echo", "ran"),
                alert.process().orElseThrow().args());
    }

    @Test
    void flipping_the_mode_takes_effect_on_a_running_container() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.AUDIT));
        container.exec("cp", "/bin/busybox", "/busybox-dropped");
        assertEquals(0, container.exec("sh", "-c", "/busybox-dropped true").exit());

        agent.apply(fromImageOnly(Mode.ENFORCE));
        assertStoppedInShell(container.exec("sh", "-c", "/busybox-dropped true; echo status $?"));

        agent.apply(fromImageOnly(Mode.AUDIT));
        assertEquals(0, container.exec("sh", "-c", "/busybox-dropped true").exit());
    }

    @Test
    void a_program_that_the_list_does_not_name_does_not_run() throws IOException {
        // One file with many names: busybox is allowed whole or not at all, so the image gets a second program.
        container.close();
        container = RuncContainer.create(
                Files.createDirectory(tmp.resolve("two")),
                RuncContainer.Options.defaults()
                        .withFiles(RuncContainer.ImageFile.program("/bin/busybox-other", Path.of("/bin/busybox"))));
        container.start();
        agent = RunningAgent.start(allow(Mode.ENFORCE, "/bin/sh"));

        assertEquals("fine", container.exec("sh", "-c", "echo fine").stdout().strip());
        assertStoppedInShell(container.exec("sh", "-c", "/bin/busybox-other true; echo status $?"));

        var alert = agent.alert("the unlisted program", a -> a.message().contains("/bin/busybox-other"));
        assertEquals("processes.allow", alert.rule());
        assertEquals(expectedGuarantee(), alert.guarantee());
    }

    @Test
    void a_program_keeps_its_verdict_under_any_name() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        container.exec(
                "sh",
                "-c",
                "cp /bin/busybox /busybox-evil && ln /busybox-evil /busybox-hard && ln -s /busybox-evil /busybox-soft && cp /busybox-evil /busybox-moved0 && mv /busybox-moved0 /busybox-moved");

        for (var name : List.of(
                "/busybox-evil",
                "/busybox-hard",
                "/busybox-soft",
                "/busybox-moved",
                "/proc/self/root/busybox-evil",
                "/bin/../busybox-evil")) {
            assertStoppedInShell(container.exec("sh", "-c", name + " true; echo status $?"));
        }
    }

    @Test
    void an_image_program_that_was_changed_is_no_longer_of_the_image() throws IOException {
        container.close();
        container = RuncContainer.create(
                Files.createDirectory(tmp.resolve("changed")),
                RuncContainer.Options.defaults()
                        .withFiles(RuncContainer.ImageFile.program("/bin/busybox-other", Path.of("/bin/busybox"))));
        container.start();
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        assertEquals(0, container.exec("sh", "-c", "/bin/busybox-other true").exit());

        container.exec("sh", "-c", "printf x >> /bin/busybox-other");

        assertStoppedInShell(container.exec("sh", "-c", "/bin/busybox-other true; echo status $?"));
    }

    @Test
    void programs_on_a_volume_or_in_memory_are_not_of_the_image() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        container.exec("sh", "-c", "cp /bin/busybox /data/busybox-evil; cp /bin/busybox /tmp/busybox-evil");

        assertStoppedInShell(container.exec("sh", "-c", "/data/busybox-evil true; echo status $?"));
        assertStoppedInShell(container.exec("sh", "-c", "/tmp/busybox-evil true; echo status $?"));
    }

    @Test
    void a_container_that_starts_later_is_governed_too() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        try (var later =
                RuncContainer.create(Files.createDirectory(tmp.resolve("later")), RuncContainer.Options.defaults())) {
            later.start();
            later.exec("cp", "/bin/busybox", "/busybox-dropped");

            assertStoppedInShell(later.exec("sh", "-c", "/busybox-dropped true; echo status $?"));
            agent.alert(
                    "the later container", a -> a.container().orElseThrow().id().equals(later.id()));
        }
    }

    @Test
    void other_containers_and_the_host_are_left_alone() throws IOException {
        var named = new WorkloadPolicy(
                PolicyName.cluster("only-that-one"),
                Mode.ENFORCE,
                new Match(List.of(), Map.of(), List.of(), List.of("no-such-container")),
                List.of(),
                Optional.empty(),
                fromImageOnly(Mode.ENFORCE).runtime());
        agent = RunningAgent.start(named);

        container.exec("cp", "/bin/busybox", "/busybox-dropped");
        assertEquals(0, container.exec("/busybox-dropped", "true").exit());
        assertTrue(agent.kernel().attached().stream().noneMatch(p -> p.equals("gh_exec") || p.equals("gh_executed")));
    }

    // ---- writes

    @Test
    void the_root_file_system_is_not_written_and_volumes_are() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(Mode.ENFORCE));

        var create = container.exec("sh", "-c", "echo secret > /etc/new; echo status $?");
        var overwrite = container.exec("sh", "-c", "echo secret >> /etc/passwd; echo status $?");

        if (lsm()) {
            assertTrue(create.stderr().contains("Operation not permitted"), create.toString());
            assertTrue(overwrite.stderr().contains("Operation not permitted"), overwrite.toString());
            assertFalse(Files.exists(container.upper().resolve("etc/new")), "no file is left behind");
        } else {
            assertEquals(137, create.exit(), create.toString());
            assertEquals(137, overwrite.exit(), overwrite.toString());
        }
        assertFalse(Files.exists(container.upper().resolve("etc/new"))
                && Files.readString(container.upper().resolve("etc/new")).contains("secret"));
        var alert = agent.alert("the write", a -> a.message().contains("/etc/new"));
        assertEquals("writes.rootFilesystem", alert.rule());
        assertEquals(expectedGuarantee(), alert.guarantee());

        assertEquals(
                "kept",
                container
                        .exec("sh", "-c", "echo kept > /data/f && cat /data/f")
                        .stdout()
                        .strip());
        assertEquals(
                "kept",
                container
                        .exec("sh", "-c", "echo kept > /tmp/f && cat /tmp/f")
                        .stdout()
                        .strip());
        assertEquals(0, container.exec("sh", "-c", "echo x > /dev/null").exit());
        assertTrue(agent.sawNothing(
                a -> a.message().contains("/data") || a.message().contains("/tmp")));
    }

    @Test
    void audit_lets_the_write_through_and_tells_of_it() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(Mode.AUDIT));

        assertEquals(0, container.exec("sh", "-c", "echo x > /etc/new").exit());

        assertEquals(
                Mode.AUDIT,
                agent.alert("the write", a -> a.message().contains("/etc/new")).mode());
    }

    @Test
    void a_directory_that_the_policy_allows_stays_writable() throws IOException {
        container.exec("mkdir", "-p", "/var/cache/app");
        agent = RunningAgent.start(readOnlyRoot(Mode.ENFORCE, "/var/cache/app"));

        assertEquals(
                0,
                container
                        .exec("sh", "-c", "mkdir /var/cache/app/deep && echo x > /var/cache/app/deep/f")
                        .exit());
        assertEquals(0, container.exec("sh", "-c", "rm -r /var/cache/app/deep").exit());
        assertNotEquals(
                "0",
                container
                        .exec("sh", "-c", "echo x > /var/cache/other; echo $?")
                        .stdout()
                        .strip());
    }

    @Test
    void names_links_modes_and_sizes_of_the_root_do_not_change() throws IOException {
        container.exec("sh", "-c", "mkdir /d && echo x > /d/f && echo y > /d/g && echo z > /d/k");
        agent = RunningAgent.start(readOnlyRoot(Mode.ENFORCE));
        var told = Map.ofEntries(
                Map.entry("mkdir /d/new", "new directory /d/new"),
                Map.entry("rmdir /d", "removal of the directory /d "),
                Map.entry("rm -f /d/k", "removal of /d/k"),
                Map.entry("mv /d/f /d/h", "rename of /d/"),
                Map.entry("ln /d/f /d/hard", "new link /d/hard"),
                Map.entry("ln -s /d/f /d/soft", "new symbolic link /d/soft"),
                Map.entry("mknod /d/fifo p", "creation of /d/fifo"),
                Map.entry("chmod 777 /d/g", "mode change of /d/g"),
                Map.entry("chown 1:1 /d/g", "owner change of /d/g"),
                Map.entry("truncate -s 0 /d/g", "/d/g"),
                Map.entry("touch /d/touched", "/d/touched"));
        var order = List.of(
                "mkdir /d/new",
                "ln /d/f /d/hard",
                "ln -s /d/f /d/soft",
                "mknod /d/fifo p",
                "chmod 777 /d/g",
                "chown 1:1 /d/g",
                "truncate -s 0 /d/g",
                "touch /d/touched",
                "mv /d/f /d/h",
                "rm -f /d/k",
                "rmdir /d");

        for (var attempt : order) {
            var tried = container.exec("sh", "-c", attempt + "; echo status $?");
            if (lsm()) {
                assertFalse(tried.stdout().contains("status 0"), attempt + ": " + tried);
                agent.alert(attempt, a -> a.message().contains(told.get(attempt)));
            } else if (!tried.stdout()
                    .contains("status 1")) { // it came through: then it is told, and the writer killed
                agent.alert(attempt, a -> a.message().contains(told.get(attempt)));
            }
        }
        if (lsm()) {
            assertEquals("x", container.exec("cat", "/d/f").stdout().strip());
            assertEquals(
                    List.of("f", "g", "k"),
                    container.exec("ls", "/d").stdout().lines().toList());
        }
    }

    /// podman and docker make /etc/hosts and the like in a new container's root, runc the places of its mounts: the
    /// agent once killed them for it, and no container came up.
    @Test
    void a_runtime_may_set_up_the_root_that_its_container_may_not_write() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(Mode.ENFORCE));
        var volume = Files.createDirectory(tmp.resolve("volume"));
        var options =
                RuncContainer.Options.defaults().withMounts(RuncContainer.Mount.bind(volume, "/made/by/the/runtime"));
        for (int i = 0; i < 5; i++) { // the rules come at no fixed moment of the start
            try (var made = RuncContainer.create(Files.createDirectory(tmp.resolve("made" + i)), options)) {
                made.start();
                assertEquals(
                        0,
                        made.exec("sh", "-c", "echo x > /made/by/the/runtime/f").exit());
                assertNotEquals(
                        "status 0",
                        made.exec("sh", "-c", "echo x > /made/f; echo status $?")
                                .stdout()
                                .strip());
            }
        }
        assertTrue(
                agent.sawNothing(a -> a.message().contains("/merged/")),
                "nothing was said of the runtime's own writes");
    }

    @Test
    void two_policies_each_tell_their_own_verdict() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.AUDIT), allow(Mode.ENFORCE, "/bin/sh"));
        container.exec("cp", "/bin/busybox", "/busybox-dropped");

        assertStoppedInShell(container.exec("sh", "-c", "/busybox-dropped true; echo status $?"));

        assertEquals(
                Mode.AUDIT,
                agent.alert("one", a -> a.rule().equals("processes.fromImageOnly"))
                        .mode());
        assertEquals(
                Mode.ENFORCE,
                agent.alert("two", a -> a.rule().equals("processes.allow")).mode());
    }

    @Test
    void a_nested_cgroup_is_no_way_out() throws IOException {
        agent = RunningAgent.start(fromImageOnly(Mode.ENFORCE));
        container.exec("cp", "/bin/busybox", "/busybox-dropped");
        var cgroup = cgroup2(container);
        var nested = Files.createDirectory(cgroup.resolve("inner"));
        try {
            var shell = container.spawn("sh", "-c", "echo ready; read go; /busybox-dropped true; echo status $?");
            var out = shell.inputReader();
            assertEquals("ready", out.readLine());
            long pid = shell.descendants().mapToLong(ProcessHandle::pid).max().orElseThrow();
            Files.writeString(nested.resolve("cgroup.procs"), Long.toString(pid));
            shell.outputWriter().write("go\n");
            shell.outputWriter().flush();
            assertNotEquals("status 0", String.valueOf(out.readLine()));
            agent.alert("the nested program", a -> a.message().contains("/busybox-dropped"));
        } finally {
            container.close(); // ends what is in there
            Files.deleteIfExists(nested);
        }
    }

    // ---- what the stories share

    private boolean lsm() {
        return agent.backend() == Backend.LSM;
    }

    private Guarantee expectedGuarantee() {
        return lsm() ? Guarantee.PREVENTED : Guarantee.KILLED;
    }

    /// A shell that tried: told "Operation not permitted" and going on, or its child killed before its first
    /// instruction.
    private void assertStoppedInShell(RuncContainer.Result result) {
        if (lsm()) {
            assertTrue(result.stdout().contains("status 126"), result.toString());
            assertTrue(result.stderr().contains("Operation not permitted"), result.toString());
        } else {
            assertTrue(result.stdout().contains("status 137") || result.exit() == 137, result.toString());
        }
    }

    private static Path cgroup2(RuncContainer container) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + container.pid() + "/cgroup"))) {
            if (line.startsWith("0::")) {
                var hybrid = Path.of("/sys/fs/cgroup/unified");
                var mount = Files.isDirectory(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
                return mount.resolve(line.substring(4));
            }
        }
        throw new IOException("no cgroup2 entry");
    }

    private static WorkloadPolicy fromImageOnly(Mode mode) {
        return policy("image-only", mode, Optional.of(Processes.of(List.of(), true, Action.DENY)), Optional.empty());
    }

    private static WorkloadPolicy allow(Mode mode, String... programs) {
        return policy("list", mode, Optional.of(Processes.of(List.of(programs), false, Action.DENY)), Optional.empty());
    }

    private static WorkloadPolicy readOnlyRoot(Mode mode, String... allowed) {
        return policy("root", mode, Optional.empty(), Optional.of(Writes.of(true, List.of(allowed), Action.DENY)));
    }

    private static WorkloadPolicy policy(
            String name, Mode mode, Optional<Processes> processes, Optional<Writes> writes) {
        return new WorkloadPolicy(
                PolicyName.cluster(name),
                mode,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(processes, writes)));
    }
}
