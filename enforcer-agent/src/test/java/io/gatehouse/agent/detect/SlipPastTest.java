// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.schemas.alert.RuleAlert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Attacks that once slipped past rules on the running kernel, by one who knows how the agent looks. What still does
/// stands in `docs/guide/detection-limits.md`.
@Tag("kernel")
@Timeout(30)
class SlipPastTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Path SOURCE = Path.of("src/test/c/slip.c");

    @TempDir
    private Path folder;

    private Path secret;
    private RuleDetector detector;
    private final LinkedBlockingQueue<RuleAlert> alerts = new LinkedBlockingQueue<>();

    @BeforeEach
    void on_a_kernel_that_takes_programs() throws IOException {
        RunningAgent.assumeUsable();
        secret = Files.writeString(folder.toRealPath().resolve("secret"), "s3cret");
    }

    @AfterEach
    void end() {
        if (detector != null) {
            detector.close();
        }
    }

    private void start(String condition) {
        var snapshot = Rules.of(Rules.rule("attack", condition));
        detector = RuleDetector.start(
                KernelWatch.load(WatchOptions.USUAL),
                Path.of("/"),
                _ -> Optional.empty(),
                snapshot.rules(),
                snapshot.responses(),
                DetectOptions.usual(AlertStyle.standard(ZoneOffset.UTC, "node1")),
                new RuleListener() {
                    @Override
                    public void alert(RuleAlert alert) {
                        alerts.add(alert);
                    }

                    @Override
                    public void rulesInForce(String digest, int rules, List<String> gaps) {
                        // in force when start returns
                    }

                    @Override
                    public void notice(String text) {
                        // what was lost shows in the counts
                    }

                    @Override
                    public void endAsked(String why) {
                        // no rule of ours asks
                    }
                });
    }

    private Path program() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the acts are written for x86-64");
        var root = System.getProperty("gatehouse.root");
        var source = root == null ? SOURCE : Path.of(root, "enforcer-agent").resolve(SOURCE);
        var program = folder.resolve("slip");
        for (var compiler : List.of("clang-19", "clang", "gcc", "cc")) {
            try {
                var arguments = List.of("-O1", "-static", "-nostdlib", "-fno-stack-protector", "-fno-builtin", "-o");
                var command = new ArrayList<>(List.of(compiler));
                command.addAll(arguments);
                command.addAll(List.of(program.toString(), source.toString()));
                if (new ProcessBuilder(command).inheritIO().start().waitFor() == 0) {
                    return program;
                }
            } catch (IOException _) {
                continue; // not installed: the next one
            }
        }
        assumeTrue(false, "no compiler for C is installed");
        return program;
    }

    /// Acts until it is told: a busy machine loses events, and says so.
    private void isToldOf(String act) throws Exception {
        var program = program();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var process = new ProcessBuilder(program.toString(), act, secret.toString()).start();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), "the attack itself must work");
            var alert = alerts.poll(3, TimeUnit.SECONDS);
            if (alert != null) {
                assertEquals("attack", alert.rule());
                return;
            }
        }
        fail("it slipped past; " + detector.counts());
    }

    /// The name of a process was the kernel's of the moment, which anybody may set: one that called itself sshd was let
    /// off as sshd.
    @Test
    void a_process_that_calls_itself_sshd_is_not_let_off_as_sshd() throws Exception {
        start("evt.type in (open, openat) and fd.num >= 0 and fd.name = " + secret + " and not proc.name in (sshd)"
                + " and proc.name = slip");
        isToldOf("renamed");
    }

    /// openat2 has its flags in memory, which was read when the call had returned. They lay in the file that the call
    /// emptied, were gone, and so it had opened for nothing.
    @Test
    void flags_that_vanish_with_the_file_hide_no_write() throws Exception {
        start("evt.type = openat2 and evt.is_open_write = true and fd.num >= 0 and fd.name = " + secret);
        isToldOf("emptied");
    }

    /// The kernel sends to an address of no family as if it said IPv4; here it had no address at all.
    @Test
    void an_address_without_a_family_is_where_it_is_sent() throws Exception {
        start("evt.type = sendto and fd.sip = 127.0.0.1 and fd.sport = 9 and proc.name = slip");
        isToldOf("unspecified");
    }
}
