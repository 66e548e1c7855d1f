// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Machine;
import io.gatehouse.cli.exit.Exit;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `gatehouse capture` on the running kernel: what happens here is printed, or written and found again.
@Tag("kernel")
class LiveCaptureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Path secret;
    private Path capture;

    @BeforeEach
    void on_a_kernel_that_takes_programs() throws IOException {
        var lacks = Machine.lacks();
        assumeTrue(lacks.isEmpty(), () -> "needs " + lacks.getFirst().what());
        folder = folder.toRealPath();
        secret = Files.writeString(folder.resolve("secret"), "s3cret");
        capture = folder.resolve("x.scap");
    }

    private GatehouseProcess listen(String... words) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of("capture"));
        line.addAll(List.of(words));
        var process = GatehouseProcess.start(folder, List.of(), line.toArray(String[]::new));
        process.awaitLine("listening; ");
        return process;
    }

    /// @return what capture prints of a recording
    private List<String> lines(Path recording, String format, String filter) {
        return lines(run("capture", "-r", recording.toString(), "--utc", "-p", format, filter));
    }

    private record Ran(int exit, String out, String err) {}

    private static Ran run(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
        return new Ran(exit, out.toString(), err.toString());
    }

    private static List<String> lines(Ran ran) {
        assertEquals(0, ran.exit(), ran.err());
        return ran.out().lines().toList();
    }

    private static void shell(String script) throws IOException, InterruptedException {
        var process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
    }

    @Test
    void what_happened_while_it_was_recorded_is_found_by_rules_later() throws Exception {
        int port;
        var kept = new ProcessBuilder("sh", "-c", "exec 7<" + secret + "; read go; cat <&7")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            awaitOpen(kept.pid(), 7);
            try (var recorder = listen("-w", capture.toString())) {
                shell("cd " + folder + "; cat secret; /bin/true marked-4711; :");
                new ProcessBuilder("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port)
                        .start()
                        .waitFor();
                kept.outputWriter().append("go\n").flush();
                kept.waitFor();
                assertEquals(Exit.OK.code(), recorder.end());
            }
        } finally {
            kept.destroyForcibly();
        }

        var rules = Files.writeString(folder.resolve("rules.yaml"), """
                - rule: Secret
                  desc: somebody reads it
                  condition: evt.type in (open, openat) and fd.name = %s and proc.name = cat
                  output: "cwd=%%proc.cwd parent=%%proc.pname user=%%user.name"
                  priority: NOTICE
                - rule: Marked
                  desc: a program starts
                  condition: evt.type = execve and proc.args contains marked-4711
                  output: "%%proc.exepath by %%proc.pcmdline"
                  priority: NOTICE
                - rule: Connection
                  desc: somebody connects
                  condition: evt.type = connect and fd.sport = %d
                  output: "to %%fd.sip by %%proc.name"
                  priority: NOTICE
                """.formatted(secret, port));
        var alerts = run("replay", "-r", capture.toString(), "--rules", rules.toString());
        assertEquals(0, alerts.exit(), alerts.err());
        var text = alerts.out();
        assertTrue(text.contains("Notice cwd=" + folder + "/ parent=sh user=root"), text);
        assertTrue(text.contains("true by sh -c"), text);
        assertTrue(text.contains("to 127.0.0.1 by bash"), text);

        // opened before anybody listened
        var read = lines(capture, "%fd.num %fd.type %proc.pname", "evt.type = read and fd.name = " + secret);
        assertTrue(read.stream().anyMatch(line -> line.startsWith("0 file ")), read::toString);
    }

    private static void awaitOpen(long pid, int number) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(Path.of("/proc/" + pid + "/fd/" + number))) {
            assertTrue(System.nanoTime() < end, "the shell opened nothing");
            Thread.onSpinWait();
        }
    }

    @Test
    void a_filter_writes_what_passes_and_for_the_state_what_that_rests_on() throws Exception {
        try (var recorder = listen("-w", capture.toString(), "evt.type=execve and proc.args contains marked-815")) {
            shell("exec sh -c '/bin/true marked-815; :'");
            shell("/bin/true unmarked");
            assertEquals(Exit.OK.code(), recorder.end());
        }
        var passed = lines(capture, "%evt.type %proc.name %proc.pname", "evt.num > 0");
        assertTrue(passed.contains("execve true sh"), passed::toString);
        assertTrue(passed.stream().allMatch(line -> line.startsWith("execve ")), passed::toString);
    }

    @Test
    void a_filter_prints_as_it_happens_and_ends_after_so_many() throws Exception {
        var printed = folder.resolve("printed");
        try (var listener = GatehouseProcess.start(
                folder,
                List.of("sh", "-c", "exec \"$@\" > " + printed, "sh"),
                "capture",
                "-n",
                "2",
                "-p",
                "%proc.name %fd.name",
                "evt.type in (open, openat) and fd.name = " + secret)) {
            listener.awaitLine("listening; ");
            shell("cat " + secret);
            shell("cd " + folder + " && cat secret");
            assertEquals(Exit.OK.code(), listener.awaitEnd());
        }
        assertEquals(List.of("cat " + secret, "cat " + secret), Files.readAllLines(printed));
    }

    @Test
    void a_recording_spread_over_files_begins_anew_in_each() throws Exception {
        try (var recorder = listen("-w", capture.toString(), "-C", "1", "-W", "3")) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!Files.exists(Path.of(capture + "2"))) {
                assertTrue(System.nanoTime() < end, "no third file");
                shell("for i in 1 2 3 4 5 6 7 8 9; do cat " + secret + "; done; exec cat " + secret);
            }
            assertEquals(Exit.OK.code(), recorder.end());
        }
        for (int i = 0; i < 3; i++) {
            var file = Path.of(capture + Integer.toString(i));
            var parents = lines(file, "%proc.pname", "evt.type = execve and proc.name = cat");
            assertFalse(parents.contains("<NA>"), parents::toString);
            assertTrue(Files.size(file) < 40_000_000);
        }
        assertFalse(Files.exists(capture));
        assertFalse(Files.exists(Path.of(capture + "3")));
    }

    @Test
    void a_full_disk_ends_it_and_what_was_written_can_be_read() throws Exception {
        var small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(done("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small.toString()), "no tmpfs");
        try {
            var file = small.resolve("x.scap");
            try (var recorder = listen("-w", file.toString())) {
                var filler = new ProcessBuilder(
                                "sh",
                                "-c",
                                "head -c 20m /dev/zero > " + small + "/fill; while cat " + secret + "; do :; done")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                try {
                    recorder.awaitLine("the recording ended, it cannot be written: ");
                    assertEquals(Exit.CANNOT.code(), recorder.awaitEnd());
                } finally {
                    filler.destroyForcibly().waitFor();
                }
            }
            assertEquals(0, run("capture", "-r", file.toString(), "-n", "9").exit());
            assertEquals(
                    "",
                    run("capture", "-r", file.toString(), "evt.type = none_such")
                            .out());
        } finally {
            done("umount", "-l", small.toString());
        }
    }

    private static boolean done(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void sysdig_reads_what_was_written_for_it() throws Exception {
        boolean found = false;
        for (var path : System.getenv("PATH").split(File.pathSeparator)) {
            found |= Files.isExecutable(Path.of(path, "sysdig"));
        }
        assumeTrue(found, "sysdig is not installed: apt-get install sysdig");
        try (var recorder = listen("--for-sysdig", "-w", capture.toString())) {
            shell("/bin/true marked-1234; cat " + secret);
            assertEquals(Exit.OK.code(), recorder.end());
        }
        var said = new ProcessBuilder(
                        "sysdig",
                        "-r",
                        capture.toString(),
                        "-p",
                        "*%evt.type %proc.name %proc.pname %fd.name",
                        "evt.type in (execve, open, openat) and (proc.args contains marked-1234 or fd.name=" + secret
                                + ")")
                .redirectErrorStream(true)
                .start();
        var lines = said.inputReader().lines().toList();
        assertEquals(0, said.waitFor(), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("execve true sh")), lines::toString);
        assertTrue(
                lines.contains("openat cat java " + secret) || lines.contains("openat cat sh " + secret),
                lines::toString);
    }

    @Test
    void without_rights_it_says_what_is_missing() throws Exception {
        try (var refused = GatehouseProcess.start(
                folder, List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"), "capture")) {
            refused.awaitLine("it lacks");
            refused.awaitLine("CAP_BPF");
            assertEquals(Exit.CANNOT.code(), refused.awaitEnd());
        }
        if (Files.exists(capture)) {
            fail("nothing was recorded, so no file");
        }
    }
}
