// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.bench.Loops.Loop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/// What watching a node by Falco's rules costs it: the same loops with no agent, with one that has no rules, with the
/// stable rules and with all three files, in turns; then what the agent itself uses, what it loses when both cores do
/// nothing but make events, and how long an act takes to become a line.
final class DetectCost {
    private static final int TURNS = Integer.getInteger("gatehouse.bench.turns", 5);
    private static final int ROUNDS = 3;
    private static final int ACTS = 400;
    private static final int PAUSE_MILLIS = 5;
    private static final int LOAD_ROUNDS = 60;
    private static final double BUDGET_AGENT_CPU = 10; // percent of a core, while one core loops open+close
    private static final double BUDGET_MEDIAN_MILLIS = 1;
    private static final double BUDGET_P99_MILLIS = 5;
    private static final double BUDGET_MIB = 100;
    private static final Path SENSITIVE = Path.of("/etc/shadow");
    private static final String ITS_RULE = "Read sensitive file untrusted";

    private final Path folder;
    private final Loops loops;
    private final PrintStream out;
    private final Map<Case, Map<Loop, List<Double>>> nanos = new EnumMap<>(Case.class);
    private final Map<Case, List<Double>> resident = new EnumMap<>(Case.class);

    private enum Case {
        NO_AGENT,
        NO_RULES,
        STABLE,
        ALL;

        List<Path> rules(Path none) {
            return switch (this) {
                case NO_AGENT, NO_RULES -> List.of(none);
                case STABLE -> ReferenceRules.paths(ReferenceRules.STABLE);
                case ALL -> ReferenceRules.paths(ReferenceRules.ALL);
            };
        }
    }

    private DetectCost(PrintStream out) throws IOException {
        this.out = out;
        this.folder = Files.createTempDirectory("gatehouse-detect");
        this.loops = Loops.compile(folder);
        Files.writeString(folder.resolve("none.yaml"), "# no rules\n");
    }

    static void print(PrintStream out) throws IOException, InterruptedException {
        if (!ReferenceRules.installed()) {
            out.println("skipped: the upstream rules are not here");
            return;
        }
        var cost = new DetectCost(out);
        cost.loops();
        cost.load();
        cost.storm();
        cost.latency();
    }

    private AgentProcess agent(Case which, Redirect output) throws IOException {
        var words = new ArrayList<>(List.of("agent"));
        for (var file : which.rules(folder.resolve("none.yaml"))) {
            words.add("-r");
            words.add(file.toString());
        }
        return AgentProcess.start(folder, output, words);
    }

    // ---- what others pay

    private void loops() throws IOException {
        for (int turn = 0; turn < TURNS; turn++) {
            for (var which : Case.values()) {
                if (which == Case.NO_AGENT) {
                    measure(which);
                    continue;
                }
                try (var agent = agent(which, Redirect.DISCARD)) {
                    measure(which);
                    resident.computeIfAbsent(which, _ -> new ArrayList<>()).add(agent.residentMib());
                }
            }
        }
        out.println("ns per operation on the host, median of " + TURNS + " turns of " + ROUNDS + " rounds");
        for (var which : List.of(Case.NO_RULES, Case.STABLE, Case.ALL)) {
            out.println("agent with " + text(which));
            var table = new Table();
            for (var loop : Loop.values()) {
                double baseline = median(Case.NO_AGENT, loop);
                var ratio = Overhead.BUDGET_RATIO.get(loop);
                table.row(
                        loop.text(),
                        "ns",
                        ratio == null ? OptionalDouble.empty() : OptionalDouble.of(baseline * ratio),
                        OptionalDouble.of(baseline),
                        median(which, loop));
            }
            table.row(
                    "agent, resident",
                    "MiB",
                    OptionalDouble.of(BUDGET_MIB),
                    OptionalDouble.empty(),
                    Overhead.median(resident.get(which)));
            out.print(table.text());
        }
    }

    private static String text(Case which) {
        return which.name().toLowerCase(Locale.ROOT).replace('_', ' ') + (which == Case.NO_RULES ? "" : " rules");
    }

    private double median(Case which, Loop loop) {
        return Overhead.median(nanos.get(which).get(loop));
    }

    private void measure(Case which) throws IOException {
        for (var loop : Loop.values()) {
            nanos.computeIfAbsent(which, _ -> new EnumMap<>(Loop.class))
                    .computeIfAbsent(loop, _ -> new ArrayList<>())
                    .add(loops.run(loop, ROUNDS, folder).medianNanos());
        }
    }

    // ---- what the agent pays

    private void load() throws IOException {
        out.println("processor time of the agent while one core loops, all rules");
        var table = new Table();
        for (var loop : Loop.values()) {
            try (var agent = agent(Case.ALL, Redirect.DISCARD)) {
                var before = agent.cpu();
                long began = System.nanoTime();
                loops.run(loop, LOAD_ROUNDS, folder);
                double percent = 100.0 * agent.cpu().minus(before).toNanos() / (System.nanoTime() - began);
                table.row(
                        loop.text(),
                        "% of a core",
                        loop == Loop.OPEN_CLOSE ? OptionalDouble.of(BUDGET_AGENT_CPU) : OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        percent);
            }
        }
        out.print(table.text());
    }

    /// Both cores make events that no filter has learnt, as fast as they can. The agent's last words tell what it lost.
    private void storm() throws IOException, InterruptedException {
        out.println("two loops of open-new at once, all rules");
        double perSecond;
        var agent = agent(Case.ALL, Redirect.DISCARD);
        try (var pool = Executors.newFixedThreadPool(2)) {
            Callable<Loops.Result> loop = () -> loops.run(Loop.OPEN_NEW, LOAD_ROUNDS, folder);
            long began = System.nanoTime();
            pool.invokeAll(List.of(loop, loop));
            double seconds = (System.nanoTime() - began) / 1e9;
            perSecond = 2.0 * (LOAD_ROUNDS + 1) * Loop.OPEN_NEW.iterations() / seconds;
        } finally {
            agent.close();
        }
        out.print(new Table().row("events made", "1/s", perSecond).text());
        agent.said()
                .lines()
                .filter(line -> line.contains("lost") || line.contains("ring"))
                .forEach(out::println);
    }

    // ---- from act to line

    private void latency() throws IOException, InterruptedException {
        var millis = new ArrayList<Double>();
        try (var agent = agent(Case.ALL, Redirect.PIPE)) {
            var alerts = agent.alerts();
            for (int act = 0; act < ACTS; act++) {
                long began = System.nanoTime();
                Files.newInputStream(SENSITIVE).close();
                awaitAlert(alerts);
                millis.add((System.nanoTime() - began) / 1e6);
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        var sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        out.println("from opening " + SENSITIVE + " to the line on standard output, " + ACTS + " times, all rules");
        out.print(new Table()
                .row("p50", "ms", OptionalDouble.of(BUDGET_MEDIAN_MILLIS), OptionalDouble.empty(), at(sorted, 0.5))
                .row("p99", "ms", OptionalDouble.of(BUDGET_P99_MILLIS), OptionalDouble.empty(), at(sorted, 0.99))
                .row("most", "ms", at(sorted, 1))
                .text());
    }

    /// Others of the machine may raise alerts too; ours names our file.
    private static void awaitAlert(BufferedReader alerts) throws IOException {
        for (var line = alerts.readLine(); line != null; line = alerts.readLine()) {
            if (line.contains(SENSITIVE.toString())) {
                return;
            }
        }
        throw new IOException("the agent ended before it told of '" + ITS_RULE + "'");
    }

    private static double at(double[] sorted, double part) {
        return sorted[Math.min(sorted.length - 1, (int) Math.floor(sorted.length * part))];
    }
}
