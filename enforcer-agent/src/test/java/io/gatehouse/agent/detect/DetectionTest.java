// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.schemas.alert.Guarantee;
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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules over what the running kernel tells, from the act to the alert.
@Tag("kernel")
class DetectionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Path secret;
    private RuncContainer container;
    private RuleDetector detector;
    private final LinkedBlockingQueue<RuleAlert> alerts = new LinkedBlockingQueue<>();
    private final List<RuleAlert> seen = new ArrayList<>();
    private final LinkedBlockingQueue<String> inForce = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void on_a_kernel_that_takes_programs() throws IOException {
        RunningAgent.assumeUsable();
        secret = Files.writeString(folder.toRealPath().resolve("secret"), "s3cret");
    }

    @AfterEach
    void end() throws IOException {
        started.forEach(Process::destroyForcibly);
        if (detector != null) {
            detector.close();
        }
        if (container != null) {
            container.close();
        }
    }

    private void start(String... files) {
        var snapshot = Rules.of(files);
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
                        inForce.add(digest);
                    }

                    @Override
                    public void notice(String text) {
                        notices.add(text);
                    }

                    @Override
                    public void endAsked(String why) {
                        notices.add("end: " + why);
                    }
                });
    }

    private String shortId() {
        return container.id(); // twelve digits are cut off only where it is a hash
    }

    private RuncContainer container() throws IOException {
        RuncContainer.assumeUsable();
        container = RuncContainer.create(folder, RuncContainer.Options.defaults());
        container.start();
        return container;
    }

    private RuleAlert alert(Predicate<RuleAlert> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var alert = alerts.poll(100, TimeUnit.MILLISECONDS);
            if (alert != null) {
                seen.add(alert);
                if (wanted.test(alert)) {
                    return alert;
                }
            }
        }
        return fail("no such alert; notices " + notices + ", alerts "
                + seen.stream().map(RuleAlert::text).toList() + ", " + detector.counts());
    }

    private RuleAlert alertOf(String rule) throws InterruptedException {
        return alert(alert -> alert.rule().equals(rule));
    }

    /// On the host: the machine of the test may run us in a group that looks like a container's.
    /// Acts until it is told: a busy machine loses events, and says so.
    private RuleAlert toldOf(String rule, String... command) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            run(command).waitFor();
            for (var alert = alerts.poll(3, TimeUnit.SECONDS); alert != null; alert = alerts.poll()) {
                seen.add(alert);
                if (alert.rule().equals(rule)) {
                    alerts.clear();
                    return alert;
                }
            }
        }
        return fail("no such alert; notices " + notices + ", " + detector.counts());
    }

    private Process run(String... command) throws Exception {
        var asRoot = new ArrayList<>(List.of(
                "sh",
                "-c",
                "for g in /sys/fs/cgroup /sys/fs/cgroup/memory; do echo 0 > $g/cgroup.procs; done; exec \"$@\"",
                "sh"));
        asRoot.addAll(List.of(command));
        var process = new ProcessBuilder(asRoot)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        return process;
    }

    private void await(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "did not come; " + detector.counts());
            Thread.onSpinWait();
        }
    }

    private String readsSecret(String rule) {
        return Rules.rule(
                rule,
                "evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.num >= 0 and" + " fd.name = "
                        + secret);
    }

    @Test
    void a_file_that_is_read_on_the_host_is_told() throws Exception {
        start(readsSecret("reads secret"));
        var alert = toldOf("reads secret", "cat", secret.toString());
        assertTrue(alert.text().contains("file=" + secret), alert.text());
        assertTrue(alert.text().contains("container_id=host"), alert.text());
        assertEquals("", alert.container());
        assertTrue(detector.counts().latency().count() >= 1);
    }

    @Test
    void a_link_to_a_file_and_a_way_around_are_that_file() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("innocent"), secret);
        start(readsSecret("reads secret"));
        toldOf("reads secret", "cat", link.toString());

        toldOf(
                "reads secret",
                "sh",
                "-c",
                "cd / && exec cat " + secret.toString().substring(1));
        run("cat", secret.getParent() + "/./x/../secret").waitFor(); // x is not there: nothing is opened
        toldOf("reads secret", "cat", "/proc/self/root" + secret);
    }

    @Test
    void what_a_container_does_is_told_with_the_container() throws Exception {
        var inside = container();
        start(Rules.rule(
                "container writes",
                "evt.type in (open, openat) and evt.is_open_write = true and container.id != host"
                        + " and fd.name startswith /opt/"));
        inside.exec("sh", "-c", "echo x > /opt/new");

        var alert = alertOf("container writes");
        assertEquals(shortId(), alert.container());
        assertTrue(alert.text().contains("file=/opt/new"), alert.text());
        assertTrue(alert.text().contains("container_id=" + shortId()), alert.text());
    }

    @Test
    void a_program_that_starts_is_told_with_its_words_and_its_parent() throws Exception {
        start(Rules.rule(
                "runs true",
                "evt.type in (execve, execveat) and evt.arg.res = 0 and proc.name = true"
                        + " and proc.args contains marked-4711 and proc.pname = sh"));
        // By their paths: a shell of busybox starts what it has built in as /proc/self/exe, and that is its name then.
        toldOf("runs true", "/bin/sh", "-c", "/bin/true marked-4711; :");
    }

    @Test
    void a_kill_ends_the_culprit_in_its_container_and_nobody_else() throws Exception {
        var inside = container();
        start(
                Rules.rule("reads passwd", "evt.type in (open, openat) and fd.name = /etc/passwd and proc.name = tail"),
                Rules.response("stop", "enforce", "kill", ""));
        var bystander = inside.spawn("sh", "-c", "sleep 600");
        started.add(bystander);
        var culprit = inside.spawn("tail", "-f", "/etc/passwd");
        started.add(culprit);

        var answer = alert(alert -> !alert.container().isEmpty()).response().orElseThrow();
        assertEquals(Guarantee.KILLED, answer.guarantee(), answer.note());
        assertTrue(culprit.waitFor(30, TimeUnit.SECONDS));
        assertEquals(137, culprit.exitValue());
        assertTrue(bystander.isAlive());
        assertEquals("running", inside.status());
        assertEquals(1, detector.counts().answers().killed());
    }

    @Test
    void on_the_host_a_response_for_containers_only_tells() throws Exception {
        start(readsSecret("reads secret"), Rules.response("stop", "enforce", "kill", ""));
        var reader = run("tail", "-f", secret.toString());

        var answer = alertOf("reads secret").response().orElseThrow();
        assertEquals(Guarantee.REPORTED, answer.guarantee());
        assertTrue(reader.isAlive());
    }

    @Test
    void other_rules_judge_at_once_and_processes_stay_known() throws Exception {
        start(readsSecret("reads secret"));
        var shell = new ProcessBuilder("sh", "-c", "read line; cat " + secret + "; :").start();
        started.add(shell);
        inForce.take();
        var next = Rules.of(Rules.rule(
                "again",
                "evt.type in (open, openat) and fd.name = " + secret
                        + " and proc.pname = sh and proc.pcmdline contains \"read line\""));
        detector.inForce(next);
        assertEquals(next.rules().digest(), inForce.poll(30, TimeUnit.SECONDS));
        shell.outputWriter().append("go\n").flush();

        alertOf("again");
        assertTrue(detector.counts().matches().getOrDefault("reads secret", 0L) == 0);
    }

    @Test
    void what_matters_to_no_rule_is_kept_back_by_the_kernel_until_the_rules_change() throws Exception {
        var dull = Files.writeString(folder.toRealPath().resolve("dull"), "x");
        start(readsSecret("reads secret"));
        inForce.take();
        run("sh", "-c", "while :; do read x < " + dull + "; done");
        await(() -> detector.counts().kernel().getOrDefault(WatchCounter.SIEVED, 0L) > 2_000);
        assertTrue(detector.counts().matches().isEmpty());

        detector.inForce(Rules.of(Rules.rule("dull", "evt.type in (open, openat) and fd.name = " + dull)));
        alertOf("dull");
    }

    @Test
    void hostile_names_forge_no_line() throws Exception {
        start(Rules.rule(
                "under", "evt.type in (open, openat) and fd.num >= 0 and fd.name startswith " + folder.toRealPath()));
        var names = List.of("a\nb", "\u001b[2J", "%proc.name", "\"}{", " ", "x".repeat(255));
        for (var name : names) {
            Files.writeString(folder.resolve(name), "x");
            run("cat", folder.resolve(name).toString()).waitFor();
            var alert = alertOf("under");
            assertEquals(-1, alert.text().indexOf('\n'));
            assertEquals(-1, alert.json().indexOf('\n'));
            assertEquals(-1, alert.text().indexOf('\u001b'));
        }
        assertEquals(0, detector.counts().failures(), notices::toString);
    }
}
