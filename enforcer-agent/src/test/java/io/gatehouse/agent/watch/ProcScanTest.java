// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.live.Places;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.State;
import io.gatehouse.events.state.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class ProcScanTest {
    private static final long SECONDS = 10;
    /// A code of an event that nobody does and nothing follows from.
    private static final int NOTHING = 1;

    private final ProcTask tasks = new ProcTask(Path.of("/"));
    private final LiveState live = new LiveState(new State(Limits.DEFAULT), tasks, Places.NONE);

    @TempDir
    private Path directory;

    private static Event nothing() {
        return new Event().begin(NOTHING, 1, 1, -1, 0, new byte[0]);
    }

    private Task task(long tid) {
        return live.state().machine().task(tid);
    }

    private static String word(long pid, String file, String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /// `sh` with a child `sleep`, in the test's directory, with words and a variable of its own.
    private Process tree() throws IOException, InterruptedException {
        var builder = new ProcessBuilder("/bin/sh", "-c", "sleep 1000 & echo $!; wait", "zero", "a b", "");
        builder.directory(directory.toFile());
        builder.environment().put("GATEHOUSE_MARK", "here");
        return builder.start();
    }

    private static long childOf(Process shell) throws IOException {
        var out = shell.inputReader();
        return Long.parseLong(out.readLine());
    }

    private static void end(Process shell, long child) throws InterruptedException {
        ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
        assertTrue(shell.waitFor(SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void what_is_found_is_what_proc_says() throws Exception {
        var shell = tree();
        long child = childOf(shell);
        try {
            var scanned = new ProcScan(tasks).into(live);
            assertTrue(scanned.processes() > 2, scanned.toString());
            assertTrue(scanned.threads() > scanned.processes(), "this JVM has threads");
            var found = task(shell.pid());
            assertEquals("/bin/sh", found.program().exe());
            assertEquals(
                    List.of("-c", "sleep 1000 & echo $!; wait", "zero", "a b"),
                    List.of(found.program().args()).subList(0, 4));
            assertEquals(
                    Path.of("/bin/sh").toRealPath().toString(), found.program().path());
            assertEquals(directory.toRealPath() + "/", found.cwd());
            assertEquals("here", found.program().variable("GATEHOUSE_MARK"));
            assertEquals("sh", found.comm());
            assertEquals(word(shell.pid(), "status", "Uid:").split("\\s+")[1], Long.toString(found.uid()));
            assertEquals(word(shell.pid(), "status", "CapEff:"), "%016x".formatted(found.effectiveCapabilities()));
            assertEquals(
                    (long) Files.getAttribute(Path.of("/bin/sh").toRealPath(), "unix:ino"),
                    found.program().file().inode());
            assertEquals(ProcessHandle.current().pid(), found.ptid());
            assertNotNull(found.cgroups().text());
            assertFalse(found.isInPidNamespace());
        } finally {
            end(shell, child);
        }
    }

    @Test
    void who_is_whose_child_is_known_with_the_first_event() throws Exception {
        var shell = tree();
        long child = childOf(shell);
        try {
            new ProcScan(tasks).into(live);
            live.state().apply(nothing());
            assertEquals("sleep", task(child).comm());
            assertEquals(shell.pid(), task(child).parent().tid());
            assertEquals(ProcessHandle.current().pid(), task(child).ancestor(2).tid());
        } finally {
            end(shell, child);
        }
    }

    @Test
    void a_start_is_the_same_every_time_it_is_read() throws Exception {
        var shell = tree();
        long child = childOf(shell);
        try {
            long start = tasks.find(child).orElseThrow().startNanos();
            assertFalse(tasks.isGone(child, start));
            assertFalse(tasks.isGone(child, start + 9_999_999), "the kernel's own is more exact");
            assertTrue(tasks.isGone(child, start + 10_000_000));
        } finally {
            end(shell, child);
        }
        assertTrue(tasks.isGone(shell.pid(), 0));
    }

    @Test
    void a_process_that_is_gone_is_not_found() throws Exception {
        var gone = new ProcessBuilder("/bin/true").start();
        assertTrue(gone.waitFor(SECONDS, TimeUnit.SECONDS));
        assertTrue(tasks.find(gone.pid()).isEmpty());
        assertTrue(tasks.cgroups(gone.pid()).isEmpty());
    }

    @Test
    void a_process_has_its_threads() {
        new ProcScan(tasks).into(live);
        long pid = ProcessHandle.current().pid();
        live.state().apply(nothing());
        assertTrue(task(pid).threads() > 1);
        assertEquals(1, List.of(task(pid)).stream().filter(Task::isMainThread).count());
    }

    @Test
    void kernel_threads_are_there() throws IOException {
        new ProcScan(tasks).into(live);
        assertEquals(Files.readString(Path.of("/proc/1/comm")).strip(), task(1).comm());
        var second = Path.of("/proc/2/comm");
        assumeTrue(
                Files.exists(second) && Files.readString(second).strip().equals("kthreadd"),
                "no kernel threads are seen from this pid namespace");
        assertEquals("kthreadd", task(2).comm());
        assertEquals("", task(2).program().path());
    }

    @Test
    void names_are_bytes_in_whatever_locale() throws Exception {
        var odd = Files.createDirectory(directory.resolve("\u00e4\u20ac"));
        var builder = new ProcessBuilder("/bin/sleep", "1000");
        builder.directory(odd.toFile());
        var sleeper = builder.start();
        try {
            var cwd = tasks.find(sleeper.pid()).orElseThrow().entry().cwd();
            assertEquals(
                    odd.toRealPath().toString(),
                    new String(cwd.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        } finally {
            sleeper.destroyForcibly();
            assertTrue(sleeper.waitFor(SECONDS, TimeUnit.SECONDS));
        }
    }
}
