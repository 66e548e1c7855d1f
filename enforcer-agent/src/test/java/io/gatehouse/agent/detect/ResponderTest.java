// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.policy.Response;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert.Answer;
import io.gatehouse.schemas.alert.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom a response kills. Every process here is one that the test started.
class ResponderTest {
    private static final Path PROC = Path.of("/proc");
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final List<Response> KILL = Rules.responses(Rules.response("stop", "enforce", "kill", ""));
    private static final List<Response> KILL_ON_HOST =
            Rules.responses(Rules.response("stop", "enforce", "kill", "  host: true\n"));

    private final List<Process> started = new ArrayList<>();
    private final Responder responder = responder(10);

    private static Responder responder(int perMinute) {
        return new Responder(PROC, ProcessHandle.current().pid(), perMinute);
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private Process sleeping(String... command) throws IOException {
        var process = new ProcessBuilder(command.length == 0 ? new String[] {"sleep", "600"} : command).start();
        started.add(process);
        return process;
    }

    /// With a view of the file system of its own, as what runs in a container has.
    private Process contained() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "a mount namespace needs root");
        var process = sleeping("unshare", "--mount", "sleep", "600");
        var own = PROC.resolve("self/ns/mnt");
        var its = PROC.resolve(process.pid() + "/ns/mnt");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Files.readSymbolicLink(its).equals(Files.readSymbolicLink(own))) {
            assertTrue(System.nanoTime() < end, "no namespace of its own");
            Thread.onSpinWait();
        }
        return process;
    }

    private static Culprit culprit(long pid, String container) {
        long ticks = ProcStat.read(PROC, pid).orElseThrow().startTicks();
        return new Culprit(Math.toIntExact(pid), ticks * ProcStat.NANOS_PER_TICK + 4_711, container, "", false);
    }

    private Answer answer(List<Response> responses, Culprit culprit) {
        return responder.answer(responses, Optional.of(culprit), TODAY, 0).orElseThrow();
    }

    private static Answer notKilled(String why) {
        return new Answer("stop", Verdict.KILL, Guarantee.REPORTED, why);
    }

    private static boolean ends(Process process) throws InterruptedException {
        return process.waitFor(10, TimeUnit.SECONDS);
    }

    @Test
    void the_culprit_is_killed_and_nobody_else() throws Exception {
        var culprit = contained();
        var other = contained();

        assertEquals(
                new Answer("stop", Verdict.KILL, Guarantee.KILLED, ""), answer(KILL, culprit(culprit.pid(), "c0ffee")));
        assertTrue(ends(culprit));
        assertEquals(137, culprit.exitValue());
        assertTrue(other.isAlive());
        assertEquals(1, responder.counts().killed());
    }

    @Test
    void a_process_that_has_the_number_of_another_lives() throws Exception {
        var process = contained();
        var real = culprit(process.pid(), "c0ffee");
        var earlier = new Culprit(real.pid(), real.startNanos() - TimeUnit.SECONDS.toNanos(1), "c0ffee", "", false);

        assertEquals(notKilled("the process was gone"), answer(KILL, earlier));
        assertTrue(process.isAlive());
        assertEquals(1, responder.counts().failed());
    }

    @Test
    void what_ended_already_is_told_as_gone() throws Exception {
        var process = contained();
        var culprit = culprit(process.pid(), "c0ffee");
        process.destroyForcibly();
        assertTrue(ends(process));

        assertEquals(notKilled("the process was gone"), answer(KILL, culprit));
    }

    @Test
    void on_the_host_nobody_is_killed_unless_the_response_says_so() throws Exception {
        var process = sleeping();
        var culprit = culprit(process.pid(), "");

        assertEquals(
                notKilled("it is in no container, and the response does not name the host"), answer(KILL, culprit));
        assertTrue(process.isAlive());

        assertEquals(Guarantee.KILLED, answer(KILL_ON_HOST, culprit).guarantee());
        assertTrue(ends(process));
    }

    @Test
    void what_sees_the_nodes_own_files_is_the_nodes_whatever_its_control_group() throws Exception {
        var process = sleeping();

        assertEquals(
                notKilled("it is in no container, and the response does not name the host"),
                answer(KILL, culprit(process.pid(), "c0ffee")));
        assertTrue(process.isAlive());
    }

    @Test
    void a_program_in_a_container_is_not_spared_for_its_name(@TempDir Path tmp) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "a mount namespace needs root");
        var kubelet = tmp.resolve("kubelet");
        Files.copy(Path.of("/bin/sleep").toRealPath(), kubelet);
        assertTrue(kubelet.toFile().setExecutable(true));
        var process = sleeping("unshare", "--mount", kubelet.toString(), "600");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!Files.readSymbolicLink(PROC.resolve(process.pid() + "/exe")).endsWith("kubelet")) {
            assertTrue(System.nanoTime() < end, "did not start");
            Thread.onSpinWait();
        }

        assertEquals(
                Guarantee.KILLED, answer(KILL, culprit(process.pid(), "c0ffee")).guarantee());
        assertTrue(ends(process));
    }

    @Test
    void of_two_responses_the_one_that_names_the_host_answers_there() throws Exception {
        var process = sleeping();
        var both = Rules.responses(
                Rules.response("a", "enforce", "kill", ""), Rules.response("b", "enforce", "kill", "  host: true\n"));

        assertEquals(new Answer("b", Verdict.KILL, Guarantee.KILLED, ""), answer(both, culprit(process.pid(), "")));
        assertTrue(ends(process));
    }

    @Test
    void in_audit_mode_it_is_told_what_would_have_been() throws Exception {
        var process = contained();
        var audit = Rules.responses(Rules.response("stop", "audit", "kill", ""));

        assertEquals(notKilled("audit: would be killed"), answer(audit, culprit(process.pid(), "c0ffee")));
        assertTrue(process.isAlive());
        assertEquals(new DetectCounts.Answers(0, 0, 0, 1), responder.counts());
    }

    @Test
    void the_agent_and_what_started_it_live() {
        var self = ProcessHandle.current();

        assertEquals(
                notKilled("the agent and what started it are never killed"),
                answer(KILL_ON_HOST, culprit(self.pid(), "")));
        assertEquals(
                notKilled("the agent and what started it are never killed"),
                answer(KILL_ON_HOST, culprit(self.parent().orElseThrow().pid(), "c0ffee")));
    }

    @Test
    void the_first_process_of_the_node_lives() {
        assertEquals(notKilled("the first process of the node is never killed"), answer(KILL_ON_HOST, culprit(1, "")));
    }

    @Test
    void a_kernel_thread_lives() throws Exception {
        var process = sleeping(); // the flag in the record is enough, whatever /proc says
        var real = culprit(process.pid(), "");
        var thread = new Culprit(real.pid(), real.startNanos(), "", "", true);

        assertEquals(notKilled("a kernel thread cannot be killed"), answer(KILL_ON_HOST, thread));
        assertTrue(process.isAlive());
    }

    @Test
    void a_container_runtime_lives_whatever_its_control_group(@TempDir Path tmp) throws Exception {
        for (var name : List.of("containerd-shim-runc-v2", "kubelet", "conmon")) {
            var runtime = tmp.resolve(name);
            Files.copy(Path.of("/bin/sleep").toRealPath(), runtime);
            assertTrue(runtime.toFile().setExecutable(true));
            var process = sleeping(runtime.toString(), "600");

            assertEquals(
                    notKilled(name + " keeps the node's containers and is never killed"),
                    answer(KILL_ON_HOST, culprit(process.pid(), "c0ffee")));
            assertTrue(process.isAlive());
            Files.delete(runtime); // an update while it runs
            assertEquals(
                    notKilled(name + " keeps the node's containers and is never killed"),
                    answer(KILL_ON_HOST, culprit(process.pid(), "")));
            assertTrue(process.isAlive());
        }
    }

    @Test
    void more_kills_than_a_minute_may_have_are_held_back_and_counted() throws Exception {
        var limited = responder(2);
        var processes = List.of(contained(), contained(), contained(), contained());
        var notes = new ArrayList<String>();
        for (var process : processes.subList(0, 3)) {
            notes.add(limited.answer(KILL, Optional.of(culprit(process.pid(), "c0ffee")), TODAY, 0)
                    .orElseThrow()
                    .note());
        }

        assertEquals(List.of("", "", "held back: it killed 2 in a minute already"), notes);
        assertEquals(1, limited.counts().heldBack());
        assertTrue(processes.get(2).isAlive());

        var later = limited.answer(KILL, Optional.of(culprit(processes.get(2).pid(), "c0ffee")), TODAY, MINUTE);
        assertEquals(Guarantee.KILLED, later.orElseThrow().guarantee());
        assertTrue(processes.get(3).isAlive());
    }

    @Test
    void what_a_killed_process_did_before_costs_no_second_kill() throws Exception {
        var limited = responder(1);
        var process = contained();
        var culprit = Optional.of(culprit(process.pid(), "c0ffee"));
        limited.answer(KILL, culprit, TODAY, 0);
        assertTrue(ends(process));

        assertEquals(
                Optional.of(new Answer("stop", Verdict.KILL, Guarantee.KILLED, "killed for an earlier match")),
                limited.answer(KILL, culprit, TODAY, 0));
        assertEquals(new DetectCounts.Answers(1, 0, 0, 0), limited.counts());
    }

    @Test
    void an_exempt_namespace_and_a_day_too_late_are_left_alone() throws Exception {
        var process = contained();
        var real = culprit(process.pid(), "c0ffee");
        var exempt = new Culprit(real.pid(), real.startNanos(), real.container(), "debug", false);
        var responses = Rules.responses(Rules.response(
                "stop",
                "enforce",
                "kill",
                "  exempt: [{namespaces: [debug], reason: a test}]\n  expires: 2026-11-01\n"));

        assertEquals(Optional.empty(), responder.answer(responses, Optional.of(exempt), TODAY, 0));
        assertEquals(Optional.empty(), responder.answer(responses, Optional.of(real), TODAY.plusDays(1), 0));
        assertTrue(process.isAlive());
        assertFalse(responder.answer(responses, Optional.of(real), TODAY, 0).isEmpty());
        assertTrue(ends(process));
    }

    @Test
    void what_a_system_call_cannot_be_given_is_said() throws Exception {
        var process = contained();
        var rules = Rules.of(
                Rules.rule("r", "evt.type = openat and fd.name = /etc/shadow"),
                "- rule: k\n  desc: d\n  condition: ka.verb = get\n  output: o\n  priority: INFO\n  source: k8s_audit\n"
                        + "  tags: [test]\n",
                Rules.response("stop", "enforce", "deny", ""));
        var responses = rules.responses().of(rules.rules().rule("r").orElseThrow());

        assertEquals(
                new Answer(
                        "stop",
                        Verdict.REPORT,
                        Guarantee.REPORTED,
                        "a system call has happened when its rule is judged"),
                answer(responses, culprit(process.pid(), "c0ffee")));
        assertTrue(process.isAlive());
    }
}
