// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.AttackProgram.Line;
import io.gatehouse.agent.fixture.AttackProgram.Outcome;
import io.gatehouse.agent.fixture.JavaImage;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
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

/// The rules about code: which programs may not run, what interpreters read, which memory is executable, who gets hold
/// of whom, who gains rights. With LSM each act is refused; without it whoever does it is killed.
@Tag("kernel")
@Tag("full")
class CodeRulesTest {
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    private static final String TOOL = "/usr/bin/tool";
    private static final String LOADER = System.getProperty("os.arch").equals("aarch64")
            ? "/lib/ld-linux-aarch64.so.1"
            : "/lib64/ld-linux-x86-64.so.2";

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
                Options.defaults()
                        .withCapabilities("CAP_SYS_NICE") // else process_madvise is refused without us
                        .withFiles(
                                AttackProgram.image(),
                                AttackProgram.image(TOOL),
                                AttackProgram.image("/opt/setuid"),
                                AttackProgram.image("/opt/other"),
                                AttackProgram.dynamic("/opt/dynamic"),
                                AttackProgram.code("/opt/code-acts"),
                                AttackProgram.stack("/opt/stack"),
                                ImageFile.program(LOADER, Path.of(LOADER)),
                                ImageFile.text("/opt/text", "exit 42\n"),
                                ImageFile.script("/opt/script", "#!/bin/sh\nexit 42\n"),
                                ImageFile.script("/opt/by-tool", "#!" + TOOL + " ran\n")));
        Files.createLink(
                container.lower().resolve("usr/bin/tool-hard"),
                container.lower().resolve("usr/bin/tool"));
        Files.setAttribute(container.lower().resolve("opt/setuid"), "unix:mode", 04755);
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

    // ---- programs that may not run

    @Test
    void a_forbidden_program_runs_under_none_of_its_names() throws IOException {
        agent = RunningAgent.start(policy(forbid(Action.DENY, TOOL)));

        var came = run(Map.ofEntries(
                Map.entry("by-name", "exec," + TOOL),
                Map.entry("hard-link", "exec,/usr/bin/tool-hard"),
                Map.entry("symbolic-link", "exec-link," + TOOL),
                Map.entry("descriptor", "exec-descriptor," + TOOL),
                Map.entry("descriptor-name", "exec-proc-fd," + TOOL),
                Map.entry("other-root", "exec,/proc/self/root" + TOOL),
                Map.entry("allowed", "exec,/opt/other"),
                Map.entry("allowed-shell", "exec-as,/bin/sh,sh,-c,exit 42")));

        assertStopped(came, "by-name", "hard-link", "symbolic-link", "descriptor", "descriptor-name", "other-root");
        assertDone(came, "allowed", "allowed-shell");
        assertPromised(agent.alert("the tool", a -> a.message().startsWith("exec of " + TOOL)), "processes.forbid");
    }

    /// Of a script the kernel looks at two files, and either may be the forbidden one.
    @Test
    void a_script_is_judged_and_so_is_what_runs_it() throws IOException {
        agent = RunningAgent.start(policy(forbid(Action.DENY, TOOL, "/opt/script")));

        var came = run(Map.of(
                "script", "exec-as,/opt/script,script",
                "interpreter", "exec-as,/opt/by-tool,by-tool"));

        if (lsm()) {
            assertStopped(came, "script");
        } else {
            assertDone(came, "script"); // only what runs it is seen, and doctor says so
        }
        assertStopped(came, "interpreter");
    }

    /// Whoever may not run it may not have it mapped either, as the loader does with what it is given.
    @Test
    void a_loader_is_no_way_to_run_a_forbidden_program() throws IOException {
        assertDone(run(Map.of("before", "loader," + LOADER + ",/opt/dynamic")), "before");
        agent = RunningAgent.start(policy(forbid(Action.DENY, "/opt/dynamic")));

        assertStoppedInside(run(Map.of("loader", "loader," + LOADER + ",/opt/dynamic")), "loader");
        agent.alert("the mapping", a -> a.message().contains("/opt/dynamic"));
    }

    /// Somebody who runs a script himself may ask first (AT_EXECVE_CHECK, 6.14).
    @Test
    void whoever_asks_whether_a_forbidden_program_may_run_is_told_that_it_may_not() throws IOException {
        agent = RunningAgent.start(policy(forbid(Action.DENY, TOOL)));

        var asked = container.exec("/opt/code-acts", "check", TOOL).stdout().strip();
        if (asked.equals("check refused EINVAL")) {
            return; // nobody can ask this kernel
        }
        assertEquals(lsm() ? "check refused EPERM" : "check done", asked); // no tracepoint tells of the question
        assertEquals(
                "check done",
                container.exec("/opt/code-acts", "check", "/opt/other").stdout().strip());
    }

    /// What was made since, lies elsewhere or has no name is not of the image, whichever way it is started or mapped.
    @Test
    void code_that_is_not_of_the_image_is_neither_run_nor_mapped() throws IOException {
        assertDone(
                run(Map.of("a", "drop,/opt/dropped", "b", "drop-code,/opt/code", "c", "drop,/data/dropped")),
                "a",
                "b",
                "c");
        container.exec("cp", "/opt/dynamic", "/data/dynamic");
        agent = RunningAgent.start(
                policy(new Processes(List.of(), List.of(), true, false, false, Optional.empty(), Action.DENY)));
        var acts = Map.ofEntries(
                Map.entry("memfd", "exec-memfd"),
                Map.entry("memfd-name", "exec-memfd-proc"),
                Map.entry("no-name", "exec-tmpfile,/tmp"),
                Map.entry("volume", "exec,/data/dropped"),
                Map.entry("dropped", "exec,/opt/dropped"),
                Map.entry("descriptor", "exec-descriptor,/opt/dropped"),
                Map.entry("map", "map-code"),
                Map.entry("map-shared", "map-code-shared"),
                Map.entry("map-old", "map-code-personality"),
                Map.entry("map-memfd", "map-memfd"),
                Map.entry("protect", "protect-code"));

        var came = run(acts);
        came.keySet().retainAll(acts.keySet());
        assertStopped(came, came.keySet().toArray(String[]::new));
        assertStoppedInside(run(Map.of("loader", "loader," + LOADER + ",/data/dynamic")), "loader");
        var deleted = container.exec(
                "sh",
                "-c",
                "cp /opt/other /data/gone && exec 3< /data/gone && rm /data/gone && /proc/self/fd/3 ran; echo status $?");
        assertTrue(deleted.stdout().contains(lsm() ? "status 126" : "status 137"), deleted.toString());
        var fine = run(Map.of("program", "exec,/opt/other", "loader", "loader," + LOADER + ",/opt/dynamic"));
        assertDone(fine, "program", "loader");
    }

    @Test
    void shells_are_found_by_their_names_and_one_file_with_many_names_is_told() throws IOException {
        agent = RunningAgent.start(
                policy(new Processes(List.of(), List.of(), false, true, false, Optional.empty(), Action.DENY)));

        var came = run(Map.of(
                "shell", "exec-as,/bin/sh,sh,-c,exit 42",
                "other-name", "exec-as,/bin/cat,cat",
                "allowed", "exec,/opt/other"));

        assertStopped(came, "shell", "other-name");
        assertDone(came, "allowed");
        var told = agent.alert("the other names", a -> a.message().contains("many names"));
        assertEquals("processes.forbid", told.rule());
        assertTrue(told.message().contains("not kept as written"), told.message());
    }

    @Test
    void audit_and_report_let_a_forbidden_program_run_and_tell_of_it() throws IOException {
        agent = RunningAgent.start(policy(Mode.AUDIT, section(forbid(Action.KILL, TOOL))));
        assertDone(run(Map.of("audit", "exec," + TOOL)), "audit");
        var audited = agent.alert("the tool", a -> a.message().startsWith("exec of " + TOOL));
        assertEquals(Verdict.KILL, audited.verdict());
        assertEquals(expectedGuarantee(), audited.guarantee());

        agent.apply(policy(forbid(Action.REPORT, TOOL)));
        assertDone(run(Map.of("report", "exec,/usr/bin/tool-hard")), "report");
        assertEquals(
                Guarantee.REPORTED,
                agent.alert("the report", a -> a.message().startsWith("exec of " + TOOL + "-hard"))
                        .guarantee());
    }

    // ---- interpreters

    @Test
    void an_interpreter_reads_files_of_the_image_only() throws IOException {
        container.exec("sh", "-c", "echo exit 42 > /data/text; echo exit 42 > /opt/made");
        agent = RunningAgent.start(policy(interpreters(Action.DENY)));

        var came = run(Map.ofEntries(
                Map.entry("of-image", "exec-as,/bin/sh,sh,/opt/text"),
                Map.entry("script-of-image", "exec-as,/opt/script,script"),
                Map.entry("command-line", "exec-as,/bin/sh,sh,-c,exit 42"),
                Map.entry("pseudo", "exec-as,/bin/sh,sh,-c,read x < /proc/self/stat; exit 42"),
                Map.entry("no-interpreter", "read,/data/text"),
                Map.entry("volume", "script-read,/data"),
                Map.entry("memory", "script-read,/tmp"),
                Map.entry("made-in-root", "exec-as,/bin/sh,sh,/opt/made"),
                Map.entry("sourced", "script-source,/data"),
                Map.entry("started", "script,/data"),
                Map.entry("awk", "script-awk,/data"),
                Map.entry("memfd", "script-memfd")));

        assertDone(came, "of-image", "script-of-image", "command-line", "pseudo", "no-interpreter");
        for (var stopped : List.of("volume", "memory", "made-in-root", "sourced", "started", "awk", "memfd")) {
            // The shell itself is told, and answers otherwise than the script would have.
            assertTrue(
                    lsm()
                            ? came.get(stopped).outcome() == Outcome.BROKEN
                                    && came.get(stopped).detail().contains("ran and answered")
                            : came.get(stopped).outcome() == Outcome.KILLED,
                    came.get(stopped).toString());
        }
        assertPromised(agent.alert("the script", a -> a.message().contains("/data/script")), "processes.interpreters");
    }

    /// What runtimes mount over /etc, and what is mounted read-only, no container has written.
    @Test
    void an_interpreter_reads_what_its_container_was_given() throws IOException {
        container.close();
        var given = Files.writeString(tmp.resolve("given"), "given\n");
        container = RuncContainer.create(
                Files.createDirectory(tmp.resolve("mounted")),
                Options.defaults()
                        .withFiles(AttackProgram.image(), ImageFile.text("/etc/hosts", ""))
                        .withMounts(
                                RuncContainer.Mount.bind(given, "/etc/hosts", "rw"),
                                RuncContainer.Mount.bind(given, "/etc/resolv.conf", "rw"),
                                RuncContainer.Mount.bind(given, "/opt/config", "ro"),
                                RuncContainer.Mount.bind(given, "/opt/hosts", "rw")));
        container.start();
        agent = RunningAgent.start(policy(interpreters(Action.DENY)));

        for (var path : List.of("/etc/hosts", "/etc/resolv.conf", "/opt/config")) {
            assertEquals("given\n", container.exec("cat", path).stdout(), path);
        }
        assertEquals("", container.exec("cat", "/opt/hosts").stdout());
    }

    // ---- memory

    private static final Map<String, String> MEMORY_ACTS = Map.ofEntries(
            Map.entry("memory-rwx", "memory-rwx"),
            Map.entry("memory-rx", "memory-rx"),
            Map.entry("memory-shared", "memory-shared"),
            Map.entry("memory-personality", "memory-personality"),
            Map.entry("memory-heap", "memory-heap"),
            Map.entry("memory-stack", "memory-stack"),
            Map.entry("memory-changed", "memory-changed"),
            Map.entry("memory-sysv", "memory-sysv"),
            Map.entry("map-memfd", "map-memfd"),
            Map.entry("own-memory", "own-memory"),
            Map.entry("compat-memory", "compat-memory"));

    @Test
    void memory_is_not_executable_however_it_came_to_be() throws IOException {
        agent = RunningAgent.start(policy(memory(Action.DENY)));

        var came = run(MEMORY_ACTS);
        assertStopped(came, came.keySet().toArray(String[]::new));
        assertDone(
                run(Map.of("shell", "exec-as,/bin/sh,sh,-c,exit 42", "loader", "exec,/opt/other")), "shell", "loader");
        assertPromised(
                agent.alert("the memory", a -> a.message().startsWith("executable memory")), "memory.executable");
    }

    @Test
    void a_program_named_as_a_compiler_may_have_executable_memory_and_nobody_inherits_that() throws IOException {
        agent = RunningAgent.start(policy(memory(Action.DENY, "/opt/attack")));

        var came = run(MEMORY_ACTS);
        assertDone(came, came.keySet().toArray(String[]::new));
        assertEquals(
                lsm() ? Outcome.REFUSED : Outcome.KILLED,
                AttackProgram.parse(container.exec(TOOL, "memory-rwx").stdout())
                        .get("memory-rwx")
                        .outcome(),
                "the same bytes in another file");
    }

    /// By what no hook asks about: a stack, a heap, memory beside code.
    @Test
    void memory_that_the_kernel_makes_executable_by_itself_is_no_exception() throws IOException {
        assertEquals(
                "exec answered 42",
                container.exec("/opt/code-acts", "exec", "/opt/stack").stdout().strip());
        agent = RunningAgent.start(policy(memory(Action.DENY)));

        assertEquals(
                "exec killed 9",
                container.exec("/opt/code-acts", "exec", "/opt/stack").stdout().strip());
        assertEquals(
                "exec answered 42",
                container.exec("/opt/code-acts", "exec", "/opt/other").stdout().strip());
        var heap = container.exec("/opt/code-acts", "heap");
        // Not every kernel lets a program answer for personality(2); there its caller is ended in the call.
        assertTrue(
                agent.kernel().attached().contains("gh_personality")
                        ? heap.stdout().strip().equals("heap refused EPERM")
                        : heap.exit() == 137,
                heap.toString());
        var span = container.exec("/opt/code-acts", "span");
        assertTrue(lsm() ? span.stdout().strip().equals("span refused EPERM") : span.exit() == 137, span.toString());

        agent.apply(policy(memory(Action.DENY, "/opt/stack")));
        assertEquals(
                "exec answered 42",
                container.exec("/opt/code-acts", "exec", "/opt/stack").stdout().strip());
    }

    /// A real one: it writes and runs code all the time.
    @Test
    void java_needs_to_be_named_and_no_more() throws IOException {
        container.close();
        container = RuncContainer.create(
                Files.createDirectory(tmp.resolve("java")),
                Options.defaults().withFiles(JavaImage.files().toArray(ImageFile[]::new)));
        container.start();
        agent = RunningAgent.start(policy(memory(Action.DENY)));

        assertTrue(container.exec(JavaImage.JAVA, "-version").exit() != 0);
        agent.alert("its memory", a -> a.rule().equals("memory.executable"));

        agent.apply(policy(memory(Action.DENY, JavaImage.JAVA)));
        var ran = container.exec(JavaImage.JAVA, "-version");
        assertEquals(0, ran.exit(), ran.toString());
    }

    // ---- other processes

    @Test
    void nobody_gets_hold_of_another_process_and_looking_is_allowed() throws IOException {
        agent = RunningAgent.start(policy(Ban.PTRACE, Action.DENY));
        var acts = Map.ofEntries(
                Map.entry("trace-attach", "trace-attach"),
                Map.entry("trace-me", "trace-me"),
                Map.entry("trace-poke", "trace-poke"),
                Map.entry("vm-write", "vm-write"),
                Map.entry("vm-read", "vm-read"),
                Map.entry("other-memory", "other-memory"),
                Map.entry("own-memory", "own-memory"),
                Map.entry("take-descriptor", "take-descriptor"));

        var came = run(acts);

        assertStopped(came, acts.keySet().toArray(String[]::new));
        var advised = container.exec("/opt/code-acts", "advise");
        assertTrue(
                lsm() ? advised.stdout().strip().matches("advise refused (EPERM|EACCES)") : advised.exit() == 137,
                advised.toString());
        var looked = container.exec(
                "sh",
                "-c",
                "ps && top -b -n 1 > /dev/null && cat /proc/1/stat /proc/1/maps > /dev/null && ls -l /proc/1/fd > /dev/null && echo fine");
        assertTrue(looked.stdout().contains("fine"), looked.toString());
        assertPromised(agent.alert("a trace", a -> a.message().startsWith("tracing of")), "ptrace");
    }

    // ---- rights

    @Test
    void nobody_gains_rights_and_whoever_keeps_his_is_left_alone() throws IOException {
        agent = RunningAgent.start(policy(Ban.CAPABILITIES, Action.DENY));
        var acts = Map.of("setuid", "exec-gaining", "users", "user-namespace-gaining", "root", "exec,/opt/setuid");

        var came = run(acts);

        assertStopped(came, "setuid");
        assertDone(came, "root");
        var becoming = container.exec("/opt/code-acts", "root").stdout().strip();
        if (lsm()) {
            assertStopped(came, "users");
            assertEquals("root refused EPERM", becoming);
        }
        assertPromised(agent.alert("the program", a -> a.message().contains("/opt/setuid")), "capabilities");
    }

    // ---- what the rules share

    private Map<String, Line> run(Map<String, String> acts) throws IOException {
        var came = AttackProgram.run(container, List.of("--linger", "300"), new LinkedHashMap<>(acts));
        came.values().removeIf(line -> line.outcome() == Outcome.ABSENT);
        return came;
    }

    private void assertStopped(Map<String, Line> came, String... acts) {
        for (var act : acts) {
            var line = came.get(act);
            assertTrue(line != null, act + " is absent here: " + came);
            boolean stopped = switch (line.outcome()) {
                case REFUSED -> lsm() && line.detail().startsWith("EPERM");
                // Not every kernel lets a program answer for personality(2).
                case KILLED -> !lsm() || act.contains("personality");
                case DONE_KILLED -> !lsm();
                default -> false;
            };
            assertTrue(stopped, act + ": " + line + " of " + came);
        }
    }

    /// What it started began to run and was ended, or told, before its code ran.
    private void assertStoppedInside(Map<String, Line> came, String act) {
        var line = came.get(act);
        assertTrue(
                lsm()
                        ? line.outcome() == Outcome.BROKEN && line.detail().contains("ran and answered 127")
                        : line.outcome() == Outcome.KILLED,
                line.toString());
    }

    private static void assertDone(Map<String, Line> came, String... acts) {
        for (var act : acts) {
            assertEquals(Outcome.DONE, came.get(act).outcome(), act + ": " + came.get(act));
        }
    }

    private void assertPromised(Alert alert, String rule) {
        assertEquals(rule, alert.rule());
        assertEquals(Verdict.DENY, alert.verdict());
        assertEquals(expectedGuarantee(), alert.guarantee());
    }

    private boolean lsm() {
        return agent.backend() == Backend.LSM;
    }

    private Guarantee expectedGuarantee() {
        return lsm() ? Guarantee.PREVENTED : Guarantee.KILLED;
    }

    private static Processes forbid(Action action, String... programs) {
        return new Processes(List.of(), List.of(programs), false, false, false, Optional.empty(), action);
    }

    private static Processes interpreters(Action action) {
        return new Processes(
                List.of(), List.of(), false, false, false, Optional.of(new Interpreters(true, List.of())), action);
    }

    private static RuntimeSection memory(Action action, String... jit) {
        return new RuntimeSection(
                Optional.empty(),
                Optional.of(new Memory(true, List.of(jit), action)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    private static RuntimeSection section(Processes processes) {
        return RuntimeSection.of(Optional.of(processes), Optional.empty());
    }

    private static WorkloadPolicy policy(Processes processes) {
        return policy(Mode.ENFORCE, section(processes));
    }

    private static WorkloadPolicy policy(Ban ban, Action action) {
        return policy(
                Mode.ENFORCE,
                new RuntimeSection(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(ban, action)));
    }

    private static WorkloadPolicy policy(RuntimeSection section) {
        return policy(Mode.ENFORCE, section);
    }

    private static WorkloadPolicy policy(Mode mode, RuntimeSection section) {
        return new WorkloadPolicy(
                PolicyName.cluster("code"), mode, OWN_CONTAINERS, List.of(), Optional.empty(), Optional.of(section));
    }
}
