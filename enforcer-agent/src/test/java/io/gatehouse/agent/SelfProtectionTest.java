// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.enforce.SelfFacts;
import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.AttackProgram.Outcome;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Mount;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RuncContainer.Trust;
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
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Attacks on the agent itself, from a container that sees the host's processes, its cgroups, its BPF file system and
/// the agent's folders, and has the capabilities for all of it. The agent runs in the process of the test.
@Tag("kernel")
@Tag("full")
class SelfProtectionTest {
    private static final long AGENT = ProcessHandle.current().pid();

    /// A signal that does nothing to a process that did not ask for it (SIGURG).
    private static final int HARMLESS = 23;

    private static final Match OWN_CONTAINERS =
            new Match(List.of(), Map.of(), List.of(), List.of("gh-test-" + AGENT + "-*"));

    @TempDir
    Path tmp;

    private Path above;
    private Path kept;
    private Path pins;
    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        above = Files.createDirectory(tmp.resolve("above"));
        kept = Files.createDirectory(above.resolve("kept"));
        Files.writeString(kept.resolve("policy.yaml"), "of the agent\n");
        Files.createDirectory(above.resolve("free"));
        pins = Files.createDirectory(Path.of("/sys/fs/bpf/gh-test-" + AGENT));
        Files.createDirectory(pins.resolve("inner"));
        container = RuncContainer.create(
                tmp,
                Options.defaults()
                        .withFiles(AttackProgram.image())
                        .withCapabilities("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_BPF", "CAP_PERFMON", "CAP_SYS_NICE")
                        .withTrust(Trust.HOST_PIDS)
                        .withMounts(
                                Mount.bind(above, "/above", "rw"),
                                Mount.bind(Path.of("/sys/fs/bpf"), "/pins", "rw"),
                                Mount.bind(Path.of("/sys/fs/cgroup"), "/cgroups", "rw"),
                                Mount.bind(Path.of("/proc"), "/processes", "rw")));
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
        if (pins != null) {
            Files.deleteIfExists(pins.resolve("inner"));
            Files.deleteIfExists(pins);
        }
    }

    @Test
    void from_a_container_under_an_enforced_policy_nobody_reaches_the_agent() throws IOException {
        var acts = new LinkedHashMap<String, String>();
        acts.put("kill", "signal,%d,%d".formatted(AGENT, HARMLESS));
        acts.put("pidfd", "signal-pidfd,%d,%d".formatted(AGENT, HARMLESS));
        acts.put("trace", "trace-attach," + AGENT);
        acts.put("take", "take-descriptor," + AGENT);
        for (var line : AttackProgram.run(container, List.of(), acts).values()) {
            assertEquals(Outcome.DONE, line.outcome(), "without a policy: " + line);
        }
        assertPasses("cat /proc/%d/environ > /dev/null && : > /proc/%d/oom_score_adj".formatted(AGENT, AGENT));

        agent = RunningAgent.start(policy(Mode.ENFORCE));
        assumeTrue(agent.backend() == Backend.LSM, "only LSM programs can refuse these");
        assertEquals(List.of(), agent.kernel().guard(new SelfFacts(Set.of(kept, pins))));
        assertEquals(Guarantee.PREVENTED, agent.kernel().guarantee(RuntimeRule.SELF));
        assertEquals(List.of(), agent.kernel().gaps(RuntimeRule.SELF));

        acts.put("memory", "other-memory," + AGENT);
        acts.put("limit", "limit," + AGENT);
        acts.put("maps", "bpf-maps-of-others,gh_slots");
        acts.put("others", "bpf-maps-of-others,gh_guarded");
        for (var line : AttackProgram.run(container, List.of(), acts).values()) {
            assertEquals(Outcome.REFUSED, line.outcome(), line.toString());
        }
        assertRefused("cat /proc/%d/environ".formatted(AGENT));
        assertRefused("ls /proc/%d/root/".formatted(AGENT));
        assertRefused(": > /proc/%d/oom_score_adj".formatted(AGENT));
        assertRefused(": > /processes/%d/task/%d/oom_score_adj".formatted(AGENT, AGENT));
        assertRefused("renice -n 5 -p " + AGENT);
        assertRefused(": > /processes/sysrq-trigger");
        assertRefused(": > /processes/sys/kernel/core_pattern");
        assertRefused("echo $$ > /cgroups/cgroup.procs");

        var signal = agent.alert("the signal", a -> a.message().contains("signal 23 to the agent"));
        assertEquals("self", signal.rule());
        assertEquals(Verdict.DENY, signal.verdict());
        assertEquals(Guarantee.PREVENTED, signal.guarantee());
        agent.alert(
                "the tracer",
                a -> a.message().contains("tracing of the agent") && a.message().contains("(ptrace)"));
        agent.alert("the map", a -> a.message().contains("gh_slots"));
        agent.alert("the limit", a -> a.message().contains("(prlimit64)"));
        agent.alert("the key", a -> a.message().contains("sysrq-trigger"));

        assertFilesAreKept();
        assertOrdinaryActsGoOn();

        agent.apply(policy(Mode.AUDIT));
        assertEquals(
                Outcome.DONE,
                AttackProgram.run(container, List.of(), Map.of("kill", acts.get("kill")))
                        .get("kill")
                        .outcome());
    }

    private void assertFilesAreKept() throws IOException {
        assertRefused("echo evil >> /above/kept/policy.yaml");
        assertRefused("echo evil > /above/kept/policy.yaml");
        assertRefused("truncate -s 0 /above/kept/policy.yaml");
        assertRefused("echo evil > /above/kept/new.yaml");
        assertRefused("mkdir /above/kept/new");
        assertRefused("ln -s /etc/passwd /above/kept/new");
        assertRefused("ln /above/kept/policy.yaml /above/free/alias");
        assertRefused("rm /above/kept/policy.yaml");
        assertRefused("mv /above/kept/policy.yaml /above/free/");
        assertRefused("chmod 000 /above/kept/policy.yaml");
        assertRefused("mv /above/kept /above/gone");
        assertRefused("touch /above/free/x && mv /above/free/x /above/kept/x");
        assertRefused("mount -t tmpfs t /above/kept");
        assertRefused("mount -t tmpfs t /above");
        assertRefused("rmdir /pins/%s/inner".formatted(pins.getFileName()));
        assertRefused("mv /pins/%s /pins/gone".formatted(pins.getFileName()));
        assertRefused("umount /pins");
        assertEquals("of the agent\n", Files.readString(kept.resolve("policy.yaml")));
        agent.alert("a write", a -> a.rule().equals("self") && a.message().contains("/above/kept/policy.yaml"));
    }

    private void assertOrdinaryActsGoOn() throws IOException {
        assertPasses("cat /above/kept/policy.yaml > /dev/null");
        assertPasses("echo x > /above/free/y && mv /above/free/y /above/free/z && rm /above/free/z");
        assertPasses("ps > /dev/null && sleep 60 & kill $!");
        assertPasses("mkdir /pins/gh-test-other-%d && rmdir /pins/gh-test-other-%d".formatted(AGENT, AGENT));
        assertPasses("echo 0 > /proc/self/oom_score_adj");
    }

    /// Containers manage cgroups of their own, where they may: below theirs, not beside it.
    @Test
    void a_container_writes_in_its_own_cgroups_only() throws IOException {
        var options = Options.defaults()
                .withCapabilities("CAP_SYS_ADMIN")
                .withMounts(Mount.bind(Path.of("/sys/fs/cgroup"), "/cgroups", "rw"));
        try (var second = RuncContainer.create(tmp, options)) {
            second.start();
            agent = RunningAgent.start(policy(Mode.ENFORCE));
            assumeTrue(agent.backend() == Backend.LSM, "only LSM programs can refuse these");
            var own = "/cgroups" + second.cgroupPath();

            var inside =
                    second.exec("sh", "-c", "mkdir %s/below && echo $$ > %s/below/cgroup.procs".formatted(own, own));
            assertEquals(0, inside.exit(), inside.toString());
            for (var file : List.of("/cgroups" + container.cgroupPath() + "/cgroup.freeze", "/cgroups/cgroup.procs")) {
                var outside = second.exec("sh", "-c", ": > " + file);
                assertTrue(outside.exit() != 0 && outside.stderr().contains("not permitted"), file + ": " + outside);
            }
            agent.alert("cgroup.freeze", a -> a.message().contains("cgroup.freeze"));
        }
    }

    private void assertRefused(String script) throws IOException {
        var run = container.exec("sh", "-c", script);
        // proc has an answer of its own (EACCES), and so has mount.
        var said = run.stderr().toLowerCase(Locale.ROOT);
        boolean told = said.contains("not permitted") || said.contains("permission denied");
        assertTrue(run.exit() != 0 && told, script + ": " + run);
    }

    private void assertPasses(String script) throws IOException {
        var run = container.exec("sh", "-c", script);
        assertEquals(0, run.exit(), script + ": " + run);
    }

    /// Any policy that is enforced will do; this one asks nothing of what is tried here.
    private static WorkloadPolicy policy(Mode mode) {
        return new WorkloadPolicy(
                PolicyName.cluster("any"),
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
                        Map.of(Ban.MODULES, Action.DENY))));
    }
}
