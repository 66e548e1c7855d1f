// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// What one event of a long capture costs from its bytes to the rules it matches, on one core: the events of a web
/// server's capture repeated to a million. The baselines are what Falco's library and Falco took for the same capture,
/// repeated too, on the machine the budgets were made for.
final class ReplayCost {
    private static final long EVENTS = 1_000_000;
    private static final int RUNS = 7;
    private static final int WARM_UP = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double BUDGET_NANOS = 330;

    private static final double FALCO_LIBRARY = 185;
    private static final double FALCO_ONE_RULE = 233;
    private static final double FALCO_STABLE = 684;
    private static final double FALCO_ALL = 2_167;

    private ReplayCost() {}

    /// `-Dgatehouse.bench.capture=FILE` names the capture.
    static void print(PrintStream out) throws IOException {
        var file = CaptureReading.file();
        if (!Files.exists(file) || !ReferenceRules.installed()) {
            out.println("skipped: the reference rules and captures are not in ../shared/falco");
            return;
        }
        var stable = ReferenceRules.compile(ReferenceRules.texts(ReferenceRules.STABLE));
        var all = ReferenceRules.compile(ReferenceRules.texts(ReferenceRules.ALL));
        for (var form : Form.values()) {
            out.println(
                    form == Form.TODAY ? "as today's recorders write it" : "as it was recorded, converted while read");
            out.print(new Table()
                    .row(
                            "state only",
                            "ns/event",
                            OptionalDouble.empty(),
                            of(FALCO_LIBRARY),
                            nanos(file, form, List.of()))
                    .row(
                            "1 rule",
                            "ns/event",
                            OptionalDouble.empty(),
                            of(FALCO_ONE_RULE),
                            nanos(file, form, stable.subList(0, 1)))
                    .row(
                            stable.size() + " rules",
                            "ns/event",
                            OptionalDouble.empty(),
                            of(FALCO_STABLE),
                            nanos(file, form, stable))
                    .row(all.size() + " rules", "ns/event", of(BUDGET_NANOS), of(FALCO_ALL), nanos(file, form, all))
                    .text());
        }
        out.print(beside(file));
    }

    /// One filter that nothing passes, by Sysdig and by us as a process each, wall time with start and all.
    private static String beside(Path file) throws IOException {
        var sysdig = Path.of("/usr/bin/sysdig");
        if (!Files.isExecutable(sysdig)) {
            return "skipped: no sysdig here to measure beside\n";
        }
        var repeated = Files.createTempFile("gatehouse-replay", ".scap");
        try {
            var capture = CaptureReading.repeatable(file, Form.AS_RECORDED, EVENTS);
            try (var in = capture.open()) {
                Files.copy(in, repeated, StandardCopyOption.REPLACE_EXISTING);
            }
            var filter = "proc.name=nobody";
            double theirs = seconds(List.of(sysdig.toString(), "-r", repeated.toString(), filter));
            double ours = seconds(List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.gatehouse.cli.Gatehouse",
                    "capture",
                    "-r",
                    repeated.toString(),
                    filter));
            return new Table()
                    .row("capture -r, 1 M events, beside sysdig", "s", OptionalDouble.empty(), of(theirs), ours)
                    .text();
        } finally {
            Files.delete(repeated);
        }
    }

    /// The best of three.
    private static double seconds(List<String> command) throws IOException {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            int exit = process.onExit().join().exitValue();
            if (exit != 0) {
                throw new IOException(command + " ended with " + exit);
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }

    private static OptionalDouble of(double nanos) {
        return OptionalDouble.of(nanos);
    }

    /// Processor time, so that what else the machine does counts less.
    private static double nanos(Path file, Form form, List<Rule> rules) throws IOException {
        var fields = new SyscallFields(ZoneOffset.UTC);
        Matcher<Scene> matcher =
                MatchPlan.compile(rules, Source.SYSCALL, fields).matcher(RuleMatching.FIRST);
        var capture = CaptureReading.repeatable(file, form, EVENTS);
        var results = new ArrayList<Double>();
        for (int run = 0; run < RUNS; run++) {
            long start = THREADS.getCurrentThreadCpuTime();
            var replayed = CaptureScenes.read(capture.open(), Limits.DEFAULT, scene -> {
                matcher.match(scene, scene.event().code(), (_, _) -> {});
                return true;
            });
            long took = THREADS.getCurrentThreadCpuTime() - start;
            if (run >= WARM_UP) {
                results.add((double) took / replayed.summary().recorded());
            }
        }
        return Overhead.median(results);
    }
}
