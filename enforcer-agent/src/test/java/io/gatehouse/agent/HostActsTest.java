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
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What reaches out of a container: mounts, namespaces, kernel modules, bpf, io_uring. Tried by one who has every
/// capability for it, so that nothing but the policy is in the way; and tried without a policy, so that it is known to
/// work.
@Tag("kernel")
@Tag("full")
class HostActsTest {
    /// Policies here bind nothing on this machine but the containers of this test run.
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    private static final Map<String, String> MOUNTS = acts(
            "mount-tmpfs",
            "mount-proc",
            "mount-bind",
            "mount-move",
            "mount-private",
            "remount",
            "umount",
            "mount-setattr",
            "chroot",
            "fsopen",
            "fsmount",
            "move-mount",
            "open-tree",
            "pivot-root,/mnt/root"); // last: what comes after it finds nothing

    private static final Map<String, String> NAMESPACES = acts(
            "unshare,user",
            "unshare,mnt",
            "unshare,net",
            "unshare,time",
            "clone,user",
            "clone,pid",
            "clone3,uts",
            "clone3,cgroup",
            "setns,uts",
            "setns-pidfd");

    private static final Map<String, String> MODULES =
            acts("init-module", "finit-module", "delete-module", "kexec-load", "kexec-file-load");

    private static final Map<String, String> BPF = acts("bpf-map", "bpf-program", "perf-open");

    private static final Map<String, String> IO_URING = acts("uring-setup", "uring-setup-polling");

    /// Mounts last: without a policy they leave no root to work in.
    private static final Map<Ban, Map<String, String>> BY_BAN = new LinkedHashMap<>();

    static {
        BY_BAN.put(Ban.NAMESPACES, NAMESPACES);
        BY_BAN.put(Ban.MODULES, MODULES);
        BY_BAN.put(Ban.BPF, BPF);
        BY_BAN.put(Ban.IO_URING, IO_URING);
        BY_BAN.put(Ban.MOUNTS, MOUNTS);
    }

    /// Of those, on a kernel without LSM, what has no effect that a finished call would show, or fails before it.
    private static final Set<String> UNSEEN_WITHOUT_LSM =
            Set.of("init-module", "finit-module", "delete-module", "kexec-load", "kexec-file-load");

    @TempDir
    Path tmp;

    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = mighty();
    }

    private RuncContainer mighty() throws IOException {
        var made = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withFiles(AttackProgram.image(), ImageFile.text("/etc/secret", "of the image\n"))
                        .withCapabilities(
                                "CAP_SYS_ADMIN",
                                "CAP_SYS_MODULE",
                                "CAP_SYS_BOOT",
                                "CAP_SYS_PTRACE",
                                "CAP_BPF",
                                "CAP_PERFMON",
                                "CAP_NET_ADMIN"));
        made.start();
        assertEquals(0, made.exec(AttackProgram.PATH, "prepare-mounts").exit());
        return made;
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

    /// First without a policy: an act that does not work at all would show nothing.
    @Test
    void what_reaches_out_of_a_container_is_refused_and_told_only_where_a_policy_says_so() throws IOException {
        var works = new LinkedHashMap<Ban, Map<String, String>>();
        for (var ban : BY_BAN.entrySet()) {
            var come = new LinkedHashMap<String, String>();
            AttackProgram.run(container, List.of(), ban.getValue()).forEach((name, line) -> {
                if (line.outcome() == Outcome.DONE) {
                    come.put(name, ban.getValue().get(name));
                }
            });
            works.put(ban.getKey(), come);
        }
        assertTrue(works.get(Ban.MOUNTS).size() >= 13, works.toString());
        assertTrue(works.get(Ban.NAMESPACES).size() >= 8, works.toString());
        assertTrue(works.get(Ban.BPF).size() >= 2, works.toString());
        assertTrue(works.get(Ban.IO_URING).size() >= 2, works.toString());
        again();

        agent = RunningAgent.start(policy(Mode.AUDIT, Action.DENY));
        for (var ban : works.entrySet()) {
            for (var line :
                    AttackProgram.run(container, List.of(), ban.getValue()).values()) {
                assertEquals(Outcome.DONE, line.outcome(), "in audit mode: " + line);
            }
            if (!lsm() && ban.getKey() == Ban.MODULES) {
                continue; // none that these load is a module, so none of the calls succeeds
            }
            var alert = agent.alert(
                    ban.getKey() + " in audit",
                    a -> a.rule().equals(ban.getKey().field()));
            assertEquals(Mode.AUDIT, alert.mode());
            assertEquals(Verdict.DENY, alert.verdict());
            assertEquals(guarantee(), alert.guarantee());
        }
        again();

        agent.apply(policy(Mode.ENFORCE, Action.DENY));
        for (var ban : works.entrySet()) {
            for (var line : AttackProgram.run(container, List.of("--linger", "300"), ban.getValue())
                    .values()) {
                assertStopped(line);
            }
        }
        assertToldByCall();
        assertOrdinaryActsGoOn();
    }

    @Test
    void to_kill_is_also_to_refuse() throws IOException {
        agent = RunningAgent.start(policy(Mode.ENFORCE, Action.KILL));

        for (var line : AttackProgram.run(
                        container,
                        List.of(),
                        acts("mount-tmpfs", "mount-setattr", "unshare,net", "clone,pid", "bpf-map", "uring-setup"))
                .values()) {
            assertTrue(
                    line.outcome() == Outcome.KILLED || line.outcome() == Outcome.DONE_KILLED && !lsm(),
                    line.toString());
        }
        assertEquals("", container.exec("sh", "-c", "grep fresh /proc/mounts").stdout());
    }

    /// Nobody but the runtime may do these things, and it must: to start a container, and to join it.
    @Test
    void a_container_under_such_a_policy_starts_and_is_joined() throws IOException {
        agent = RunningAgent.start(policy(Mode.ENFORCE, Action.KILL));

        try (var second = mightyBeside()) {
            assertEquals("in\n", second.exec("echo", "in").stdout());
        }
        assertTrue(agent.sawNothing(a -> a.rule().equals("mounts") || a.rule().equals("namespaces")));
    }

    /// A ring may leave its work to threads of the kernel's. They are of their user's container all the same.
    @Test
    void what_a_ring_does_in_threads_of_its_own_is_judged_like_any_other_write() throws IOException {
        var acts = acts("uring-write", "uring-write-async", "uring-write-polling");
        for (var line : AttackProgram.run(container, List.of(), acts).values()) {
            assertEquals(Outcome.DONE, line.outcome(), "without a policy: " + line);
        }

        agent = RunningAgent.start(new WorkloadPolicy(
                PolicyName.cluster("root"),
                Mode.ENFORCE,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(
                        RuntimeSection.of(Optional.empty(), Optional.of(Writes.of(true, List.of(), Action.DENY))))));
        assumeTrue(lsm(), "without LSM nobody sees io_uring, which doctor says");

        for (var line : AttackProgram.run(container, List.of(), acts).values()) {
            assertEquals(Outcome.REFUSED, line.outcome(), line.toString());
            assertTrue(line.detail().startsWith("EPERM"), line.toString());
        }
        agent.alert(
                "the write",
                a -> a.rule().equals("writes.rootFilesystem") && a.message().contains("/etc/secret"));
    }

    private RuncContainer mightyBeside() throws IOException {
        var second = RuncContainer.create(tmp, RuncContainer.Options.defaults().withCapabilities("CAP_SYS_ADMIN"));
        second.start();
        return second;
    }

    private void assertToldByCall() {
        if (!lsm()) {
            agent.alert("mount by name", a -> a.message().contains("(mount)"));
            return;
        }
        for (var call : List.of("mount", "umount2", "mount_setattr", "pivot_root", "chroot", "fsopen", "open_tree")) {
            agent.alert(call, a -> a.rule().equals("mounts") && a.message().contains("(" + call + ")"));
        }
        for (var call : List.of("unshare", "setns", "clone", "clone3")) {
            agent.alert(call, a -> a.rule().equals("namespaces") && a.message().contains("(" + call + ")"));
        }
        agent.alert("which namespace", a -> a.message().contains("namespace net (unshare)"));
        agent.alert("the command", a -> a.rule().equals("bpf") && a.message().contains("(command 0)"));
        agent.alert("a ring", a -> a.rule().equals("ioUring") && a.message().contains("(io_uring_setup)"));
    }

    private void assertOrdinaryActsGoOn() throws IOException {
        if (lsm()) {
            assertOrdinaryActsGoOn(container);
            return;
        }
        try (var whole = mightyBeside()) { // the first one's root was pivoted away before its owner was killed
            assertOrdinaryActsGoOn(whole);
        }
    }

    private static void assertOrdinaryActsGoOn(RuncContainer container) throws IOException {
        var run = container.exec(
                "sh",
                "-c",
                "echo x > /tmp/f && cat /tmp/f | sort && (exit 0) && mkdir /tmp/d && ls /proc/self/ns > /dev/null"
                        + " && readlink /proc/self/ns/mnt > /dev/null && ping -c 1 127.0.0.1 > /dev/null; echo $((6 * 7))");
        assertEquals("x\n42\n", run.stdout(), run.toString());
    }

    /// What was mounted or moved away by the last round is put back by a container anew.
    private void again() throws IOException {
        container.close();
        container = mighty();
    }

    private void assertStopped(Line line) {
        if (lsm()) {
            assertEquals(Outcome.REFUSED, line.outcome(), line.toString());
            assertTrue(line.detail().startsWith("EPERM"), line.toString());
        } else if (!UNSEEN_WITHOUT_LSM.contains(line.name())) {
            assertTrue(line.outcome() == Outcome.KILLED || line.outcome() == Outcome.DONE_KILLED, line.toString());
        }
    }

    private boolean lsm() {
        return agent.backend() == Backend.LSM;
    }

    private Guarantee guarantee() {
        return lsm() ? Guarantee.PREVENTED : Guarantee.KILLED;
    }

    /// By a name that a command line can carry.
    private static Map<String, String> acts(String... acts) {
        var named = new LinkedHashMap<String, String>();
        for (var act : acts) {
            named.put(act.replace(',', '-').replace('/', '.'), act);
        }
        return named;
    }

    private static WorkloadPolicy policy(Mode mode, Action action) {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        BY_BAN.keySet().forEach(ban -> bans.put(ban, action));
        return new WorkloadPolicy(
                PolicyName.cluster("host"),
                mode,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(new RuntimeSection(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        bans)));
    }
}
