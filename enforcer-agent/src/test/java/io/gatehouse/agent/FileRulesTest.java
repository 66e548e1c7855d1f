// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.AttackProgram.Line;
import io.gatehouse.agent.fixture.AttackProgram.Outcome;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Mount;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What rules about files keep in a real container: volumes, files that may not be written or read, devices. With LSM
/// an act is refused and leaves no trace; without it, where the act can be seen at all, it is told and its process
/// killed.
@Tag("kernel")
@Tag("full")
class FileRulesTest {
    /// Policies here bind nothing on this machine but the containers of this test run.
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    private static final List<String> LINGER = List.of("--linger", "500");

    @TempDir
    Path tmp;

    private Path secrets;
    private Path single;
    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        secrets = Files.createDirectory(tmp.resolve("secrets"));
        Files.writeString(secrets.resolve("token"), "of the node\n");
        single = Files.writeString(tmp.resolve("single"), "of the node\n");
        var hosts = Files.writeString(tmp.resolve("hosts"), "127.0.0.1 localhost\n");
        container = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withFiles(
                                AttackProgram.image(),
                                ImageFile.text("/etc/hosts", ""),
                                ImageFile.text("/etc/secret", "of the image\n"),
                                ImageFile.text("/etc/plain", "of the image\n"),
                                ImageFile.text("/srv/app/state", "of the image\n"),
                                ImageFile.text("/srv/config/a", "of the image\n"),
                                ImageFile.text("/srv/config/deep/b", "of the image\n"))
                        .withMounts(
                                Mount.bind(secrets, "/run/secrets/app", "rw"),
                                Mount.bind(single, "/srv/single", "rw"),
                                Mount.bind(hosts, "/etc/hosts", "rw"))
                        .withCapabilities("CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH", "CAP_LINUX_IMMUTABLE"));
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

    // ---- writes.volumes

    @Test
    void only_what_the_author_mounted_is_written() throws IOException {
        agent = RunningAgent.start(volumes());

        assertFree(Map.of(
                "bind", "create,/data",
                "bind-mkdir", "mkdir,/data",
                "tmpfs", "create,/tmp",
                "file", "write,/srv/single",
                "root", "create,/etc",
                "temporary", "tmpfile-link,/data"));
        assertFree("echo name > /proc/self/comm && echo x > /dev/null && echo fine");
        assertStopped(
                "writes.volumes",
                Map.of(
                        "shm", "create,/dev/shm",
                        "hosts", "write,/etc/hosts"));
        assertChangesStopped(
                "writes.volumes",
                Map.of(
                        "shm-mkdir", "mkdir,/dev/shm",
                        "hosts-mode", "chmod,/etc/hosts",
                        "hosts-xattr", "setxattr,/etc/hosts",
                        "shm-link", "symlink,/dev/shm"));
        assertEquals("127.0.0.1 localhost\n", lsm() ? read("/etc/hosts") : "127.0.0.1 localhost\n");
    }

    /// What is mounted on a volume is no part of it, and what is mounted over it is not the volume.
    @Test
    void a_mount_of_the_containers_own_is_no_volume() throws IOException {
        container.exec("sh", "-c", "mkdir /data/in && mount --bind /dev/shm /data/in && mount --bind /dev/shm /tmp");
        agent = RunningAgent.start(volumes());

        assertStopped("writes.volumes", Map.of("over", "create,/tmp", "in", "create,/data/in"));
    }

    @Test
    void an_allow_list_opens_what_is_no_volume_and_single_files() throws IOException {
        agent = RunningAgent.start(policy(
                "allow",
                Mode.ENFORCE,
                Optional.of(new Writes(true, true, List.of("/dev/shm/", "/srv/app/state"), List.of(), Action.DENY)),
                List.of()));

        assertFree(Map.of("shm", "create,/dev/shm", "file", "write,/srv/app/state"));
        assertStopped("writes.rootFilesystem", Map.of("beside", "create,/srv/app"));
        assertChangesStopped("writes.rootFilesystem", Map.of("away", "unlink,/srv/app/state"));
    }

    /// Steps up a path are taken in two ways, by how many there are; once the second was left out.
    @Test
    void a_directory_far_below_an_allowed_one_is_as_writable() throws IOException {
        var deep = "/dev/shm" + "/d".repeat(40);
        container.exec("mkdir", "-p", deep);
        agent = RunningAgent.start(policy(
                "allow",
                Mode.ENFORCE,
                Optional.of(new Writes(true, true, List.of("/dev/shm/"), List.of(), Action.DENY)),
                List.of()));

        assertFree(Map.of("deep", "create," + deep));
    }

    // ---- writes.forbid

    @Test
    void what_is_forbidden_is_written_under_no_name() throws IOException {
        container.exec("sh", "-c", "ln /etc/secret /etc/alias && ln /srv/config/deep/b /data/../opt/alias");
        agent = RunningAgent.start(forbidWrites("/etc/secret", "/srv/config/", "/run/secrets/app"));

        assertFree(Map.of("plain", "write,/etc/plain", "beside", "create,/etc", "volume", "create,/data"));
        assertStopped(
                "writes.forbid",
                Map.of(
                        "file", "write,/etc/secret",
                        "emptied", "open-trunc,/etc/secret",
                        "alias", "write,/etc/alias",
                        "alias-of-below", "write,/opt/alias",
                        "proc", "write,/proc/self/root/etc/secret",
                        "directory", "create,/srv/config/deep",
                        "below", "write,/srv/config/deep/b",
                        "mounted", "create,/run/secrets/app"));
        assertChangesStopped(
                "writes.forbid",
                Map.of(
                        "mode", "chmod,/etc/secret",
                        "owner", "chown,/etc/secret",
                        "times", "utimes,/etc/secret",
                        "attribute", "setxattr,/etc/secret",
                        "mkdir", "mkdir,/srv/config",
                        "trunc-reading", "open-trunc-reading,/etc/secret",
                        "truncate", "truncate,/etc/secret"));
        if (lsm()) {
            assertEquals("of the image\n", read("/etc/secret"));
            assertFalseStatus("mv /srv /opt/moved", "mv /srv/config /opt/moved", "mv /etc/secret /etc/other");
            assertFalseStatus("rm /etc/secret", "mv /etc/plain /etc/secret", "ln /srv/config/a /etc/again");
            assertFalseStatus("mount --bind /srv/config /mnt; echo x > /mnt/a", "rm -r /srv/config");
        }
    }

    /// A file system mounted below a forbidden directory lies below it.
    @Test
    void what_is_mounted_below_a_forbidden_directory_is_forbidden() throws IOException {
        container.exec("sh", "-c", "mount -t tmpfs none /srv/config/deep");
        agent = RunningAgent.start(forbidWrites("/srv/config"));

        assertStopped("writes.forbid", Map.of("create", "create,/srv/config/deep"));
    }

    // ---- reads.forbid

    @Test
    void what_may_not_be_read_is_read_under_no_name() throws IOException {
        container.exec("sh", "-c", "ln /etc/secret /etc/alias");
        agent = RunningAgent.start(forbidReads("/etc/secret", "/run/secrets/", "/srv/config"));

        assertFree(Map.of("plain", "read,/etc/plain", "volume", "create,/data", "written", "write,/srv/app/state"));
        assertStopped(
                "reads.forbid",
                Map.of(
                        "file", "read,/etc/secret",
                        "alias", "read,/etc/alias",
                        "proc", "read,/proc/1/root/etc/secret",
                        "mounted", "read,/run/secrets/app/token",
                        "below", "read,/srv/config/deep/b",
                        "handle", "handle-read,/etc/secret"));
        if (lsm()) {
            assertFalseStatus("ls /srv/config", "ln /srv/config/a /etc/again", "mv /srv/config/a /etc/again");
            assertFalseStatus("mount --bind /run/secrets/app /mnt; cat /mnt/token", "mv /etc/secret /o; cat /o");
        }
    }

    @Test
    void a_program_that_may_not_be_read_runs() throws IOException {
        agent = RunningAgent.start(forbidReads("/opt/attack"));

        assertEquals(0, container.exec("/opt/attack", "read", "/etc/plain").exit());
        assertStopped("reads.forbid", Map.of("read", "read,/opt/attack"));
    }

    // ---- devices

    @Test
    void no_device_is_made_or_opened() throws IOException {
        agent = RunningAgent.start(
                policy("devices", Mode.ENFORCE, Optional.empty(), List.of(), Map.of(Ban.DEVICES, Action.DENY)));

        assertFalseStatus("mknod /tmp/disk b 7 0", "mknod /tmp/null c 1 3");
        assertFree("mkfifo /tmp/pipe && echo x > /dev/null && echo fine");
        agent.alert("the device", a -> a.rule().equals("devices"));
    }

    // ---- what was open before, and what comes from elsewhere

    /// Whoever holds a file since before the rules, and keeps it open, loses the use of it.
    @Test
    void what_was_open_before_the_rules_is_of_no_use_after_them() throws Exception {
        container.exec("sh", "-c", "echo held > /data/held && echo held > /srv/config/held");
        var acts = new LinkedHashMap<String, String>();
        for (var act : List.of(
                "held-write",
                "held-pwritev",
                "held-ftruncate",
                "held-fallocate",
                "held-copy-range",
                "held-splice",
                "held-sendfile",
                "held-map-shared",
                "held-uring-write")) {
            acts.put(act, act + ",/etc/secret");
        }
        acts.put("held-read", "held-read,/etc/secret");
        var command = AttackProgram.command(List.of("--held", "/etc/secret", "--gate", "/data/go"), acts);
        var holder = container.spawn(command.toArray(String[]::new));
        awaitHolding("/etc/secret");

        agent = RunningAgent.start(policy(
                "late",
                Mode.ENFORCE,
                Optional.of(new Writes(false, false, List.of(), List.of("/etc/secret"), Action.DENY)),
                List.of("/etc/secret")));
        assumeTrue(lsm(), "without LSM nothing is asked about a file that is open");
        Files.createFile(container.data().resolve("go"));
        var lines = AttackProgram.parse(new String(holder.getInputStream().readAllBytes()));

        assertEquals(acts.size(), lines.size(), lines.toString());
        for (var line : lines.values()) {
            assertTrue(line.outcome() == Outcome.REFUSED || line.outcome() == Outcome.ABSENT, line.toString());
        }
        assertEquals("of the image\n", Files.readString(container.rootfs().resolve("etc/secret")));
        assertTrue(agent.kernel().attached().contains("gh_use"));
    }

    /// Memory has no file, and the verifier of 6.12 takes the file of this hook for one that is there.
    @Test
    void a_container_with_files_open_from_before_maps_memory_of_its_own() throws Exception {
        var holder = container.spawn("sh", "-c", "exec 3>>/etc/secret; while [ ! -e /data/go ]; do sleep 0.1; done");
        awaitHolding("/etc/secret");

        agent = RunningAgent.start(policy(
                "late",
                Mode.ENFORCE,
                Optional.of(new Writes(false, false, List.of(), List.of("/etc/secret"), Action.DENY)),
                List.of("/etc/secret")));
        if (lsm()) {
            assertTrue(agent.kernel().attached().contains("gh_map_use"));
        }
        var copied = container.exec("dd", "if=/dev/zero", "of=/dev/null", "bs=1048576", "count=1");
        assertEquals(0, copied.exit(), copied::toString);
        Files.createFile(container.data().resolve("go"));
        assertEquals(0, holder.waitFor());
    }

    @Test
    void nobody_pays_for_open_files_where_nobody_has_any() throws IOException {
        agent = RunningAgent.start(forbidReads("/etc/secret"), volumes());

        assertTrue(
                !agent.kernel().attached().contains("gh_use"),
                agent.kernel().attached().toString());
    }

    @Test
    void a_file_that_somebody_hands_over_is_judged_like_an_open() throws Exception {
        agent = RunningAgent.start(forbidReads("/run/secrets/app/token"), volumes());
        assumeTrue(lsm(), "without LSM nothing is asked about a file that arrives");
        var program = Files.write(tmp.resolve("attack"), AttackProgram.bytes());
        assertTrue(program.toFile().setExecutable(true));
        var secret = hold(program, "holder-read", secrets.resolve("token"));
        var hosts = hold(program, "holder-write", tmp.resolve("hosts"));
        var free =
                hold(program, "holder-free", Files.writeString(container.data().resolve("free"), "x"));
        try {
            assertStopped("reads.forbid", Map.of("secret", "received-write,/data/holder-read"));
            assertStopped("writes.volumes", Map.of("hosts", "received-write,/data/holder-write"));
            assertFree(Map.of("free", "received-write,/data/holder-free"));
        } finally {
            List.of(secret, hosts, free).forEach(Process::destroyForcibly);
        }
    }

    /// Who answers behind a name that may not be read is not spoken to.
    @Test
    void a_socket_below_a_forbidden_directory_is_not_connected_to() throws Exception {
        var program = Files.write(tmp.resolve("attack"), AttackProgram.bytes());
        assertTrue(program.toFile().setExecutable(true));
        var free = Files.writeString(container.data().resolve("free"), "x");
        var open = hold(program, "holder", free);
        Files.createDirectory(container.data().resolve("private"));
        var kept = hold(program, "private/holder", free);
        try {
            agent = RunningAgent.start(forbidReads("/data/private"));
            assumeTrue(lsm(), "without LSM nothing is asked about a connection to a file");
            assertFree(Map.of("open", "received-write,/data/holder"));
            var line = AttackProgram.run(container, List.of(), Map.of("kept", "received-write,/data/private/holder"))
                    .get("kept");
            assertTrue(line.outcome() != Outcome.DONE && line.detail().contains("connect"), line.toString());
            agent.alert("the connection", a -> a.rule().equals("reads.forbid"));
        } finally {
            List.of(open, kept).forEach(Process::destroyForcibly);
        }
    }

    private Process hold(Path program, String name, Path file) throws IOException {
        var process = new ProcessBuilder(
                        program.toString(),
                        "hold",
                        container.data().resolve(name).toString(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals("holding", process.inputReader().readLine());
        return process;
    }

    private void awaitHolding(String path) throws IOException {
        for (int look = 0; look < 200; look++) { // each look is a process of its own and takes its time
            if (container
                    .exec("sh", "-c", "ls -l /proc/*/fd 2> /dev/null")
                    .stdout()
                    .contains("-> " + path)) {
                return;
            }
        }
        throw new IOException("nobody holds " + path);
    }

    // ---- audit, gaps

    @Test
    void audit_tells_and_changes_nothing() throws IOException {
        agent = RunningAgent.start(policy(
                "watch",
                Mode.AUDIT,
                Optional.of(new Writes(false, true, List.of(), List.of("/etc/secret"), Action.KILL)),
                List.of("/etc/plain")));

        assertFree(Map.of(
                "shm", "create,/dev/shm",
                "write", "write,/etc/secret",
                "read", "read,/etc/plain"));
        for (var rule : List.of("writes.volumes", "writes.forbid", "reads.forbid")) {
            agent.alert(rule, a -> a.rule().equals(rule));
        }
    }

    @Test
    void a_path_that_leads_nowhere_is_told() throws IOException {
        agent = RunningAgent.start(forbidReads("/etc/nothing"));

        agent.alert("the gap", a -> a.message().contains("/etc/nothing is not in this container"));
    }

    // ---- what the tests share

    private void assertFree(Map<String, String> acts) throws IOException {
        // Without LSM a name is looked up after the call, and who is judged wrongly then must still be there.
        var options = lsm() ? List.<String>of() : List.of("--linger", "300");
        var lines = AttackProgram.run(container, options, new LinkedHashMap<>(acts));
        lines.values().forEach(line -> assertEquals(Outcome.DONE, line.outcome(), line.toString()));
        assertEquals(acts.size(), lines.size());
    }

    private void assertFree(String script) throws IOException {
        var run = container.exec("sh", "-c", script);
        assertEquals("fine\n", run.stdout(), run.toString());
    }

    /// Opens: refused, or its process is killed with the file not touched.
    private void assertStopped(String rule, Map<String, String> acts) throws IOException {
        assertActs(rule, acts, lsm() ? List.of(Outcome.REFUSED) : List.of(Outcome.KILLED, Outcome.DONE_KILLED));
    }

    /// Changes of names and attributes: refused; without LSM they are looked at after the fact.
    private void assertChangesStopped(String rule, Map<String, String> acts) throws IOException {
        assertActs(
                rule,
                acts,
                lsm() ? List.of(Outcome.REFUSED) : List.of(Outcome.KILLED, Outcome.DONE_KILLED, Outcome.DONE));
    }

    private void assertActs(String rule, Map<String, String> acts, List<Outcome> expected) throws IOException {
        var lines = AttackProgram.run(container, LINGER, new LinkedHashMap<>(acts));
        for (Line line : lines.values()) {
            assertTrue(
                    expected.contains(line.outcome()) || line.outcome() == Outcome.ABSENT,
                    line + " of " + acts.get(line.name()));
        }
        assertEquals(acts.size(), lines.size());
        if (lsm() || !expected.contains(Outcome.DONE)) {
            agent.alert(rule, a -> a.rule().equals(rule));
        }
    }

    private void assertFalseStatus(String... scripts) throws IOException {
        assumeTrue(scripts.length > 0);
        for (var script : scripts) {
            var run = container.exec("sh", "-c", script);
            assertTrue(run.exit() != 0, script + ": " + run);
        }
    }

    private String read(String path) throws IOException {
        return container.exec("cat", path).stdout();
    }

    private boolean lsm() {
        return agent.backend() == Backend.LSM;
    }

    private static WorkloadPolicy volumes() {
        return policy(
                "volumes",
                Mode.ENFORCE,
                Optional.of(new Writes(false, true, List.of(), List.of(), Action.DENY)),
                List.of());
    }

    private static WorkloadPolicy forbidWrites(String... paths) {
        return policy(
                "writes",
                Mode.ENFORCE,
                Optional.of(new Writes(false, false, List.of(), List.of(paths), Action.DENY)),
                List.of());
    }

    private static WorkloadPolicy forbidReads(String... paths) {
        return policy("reads", Mode.ENFORCE, Optional.empty(), List.of(paths));
    }

    private static WorkloadPolicy policy(String name, Mode mode, Optional<Writes> writes, List<String> unreadable) {
        return policy(name, mode, writes, unreadable, Map.of());
    }

    private static WorkloadPolicy policy(
            String name, Mode mode, Optional<Writes> writes, List<String> unreadable, Map<Ban, Action> bans) {
        var reads = unreadable.isEmpty()
                ? Optional.<Reads>empty()
                : Optional.of(new Reads(unreadable, mode == Mode.AUDIT ? Action.KILL : Action.DENY));
        return new WorkloadPolicy(
                PolicyName.cluster(name),
                mode,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(
                        new RuntimeSection(Optional.empty(), Optional.empty(), writes, reads, Optional.empty(), bans)));
    }
}
