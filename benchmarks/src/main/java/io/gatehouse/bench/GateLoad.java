// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.bench.ReviewedDeployment.Kind;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The webhook under load: a process of its own on one core with the launcher's options, asked over TLS at 500 and
/// 5,000 reviews a second by [LoadGenerator] on the other cores. Less than six minutes for all of it.
///
/// Times depend on what else the machine does, which is told, and on how late it is by itself, which stands beside them
/// ([Lateness]); processor time a review hardly does.
final class GateLoad {
    private static final int CORE = 0;
    private static final int[] RATES = {500, 5_000};
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("gatehouse.bench.seconds", 10));
    /// A server that has just started runs slowly, and what it is asked meanwhile would be in the figures.
    private static final int[] WARM_UP_RATES = {300, 1_000, 2_500};
    private static final Duration WARM_UP = Duration.ofSeconds(9);
    /// As the launcher has them.
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:+UseCompactObjectHeaders");

    private static final double BUDGET_P99_MILLIS = 2;
    private static final double BUDGET_RESIDENT = 256;
    /// Of the offered 5,000: less than this was not kept up with.
    private static final double BUDGET_PER_SECOND = 4_950;
    /// Above this share of a core, times say more of the others than of the gate.
    private static final double QUIET = 0.05;

    private record Load(Kind kind, int policies) {
        String words() {
            return switch (kind) {
                case ALL_APPLY -> policies == 1 ? "1 policy" : policies + " that all apply";
                case ALL_APPLY_WITH_CONDITIONS -> policies + " that all apply, with conditions";
                case ONE_FOR_EACH_TEAM -> policies + ", one for each team";
            };
        }

        /// For 50 policies a budget is named, whatever they ask.
        boolean hasBudget() {
            return policies == 50;
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load(Kind.ALL_APPLY, 1),
            new Load(Kind.ALL_APPLY, 50),
            new Load(Kind.ALL_APPLY_WITH_CONDITIONS, 50),
            new Load(Kind.ONE_FOR_EACH_TEAM, 500),
            new Load(Kind.ALL_APPLY, 500));

    /// @param lateNanos how late the server's core was by itself meanwhile, p99
    /// @param others how many cores everything but the server and the generator kept busy meanwhile
    private record Measured(
            Load load,
            int rate,
            LoadGenerator.Result result,
            long lateNanos,
            ThreadTimes spent,
            double residentMib,
            double others) {}

    private GateLoad() {}

    static void print(PrintStream out) throws IOException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        boolean apart = cores > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"));
        if (apart) {
            keepOffTheServersCore(cores);
        } else {
            out.println("one core, or no taskset: server and generator share what there is");
        }
        var measured = new ArrayList<Measured>();
        for (var load : LOADS) {
            measured.addAll(measure(load, apart));
            out.println("measured: " + load.words());
        }
        out.println();
        out.print(figures(measured));
        out.println();
        out.print(budgets(measured).text());
        out.println();
        out.println(trust(measured));
    }

    private static void keepOffTheServersCore(int cores) throws IOException, InterruptedException {
        var moved = new ProcessBuilder(
                        "taskset",
                        "-a",
                        "-p",
                        "-c",
                        (CORE + 1) + "-" + (cores - 1),
                        Long.toString(ProcessHandle.current().pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (moved.waitFor() != 0) {
            throw new IOException("taskset ended with " + moved.exitValue());
        }
    }

    private static List<Measured> measure(Load load, boolean apart) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("gatehouse-gate");
        try {
            var policies = Files.createDirectories(folder.resolve("policies"));
            for (var source : ReviewedDeployment.policies(load.kind(), load.policies())) {
                Files.writeString(policies.resolve(source.name()), source.text());
            }
            int port = freePort();
            var words = List.of(
                    "admission",
                    "--policies=" + policies,
                    "--listen=127.0.0.1:" + port,
                    "--state=" + folder.resolve("certificate"));
            var before = apart ? List.of("taskset", "-c", Integer.toString(CORE)) : List.<String>of();
            try (var server = AgentProcess.start(
                            before, OPTIONS, folder.resolve("state"), ProcessBuilder.Redirect.DISCARD, words);
                    var generator = new LoadGenerator(
                            port,
                            "/validate?timeout=5s",
                            folder.resolve("certificate/ca.crt"),
                            Buffer.buffer(ReviewedDeployment.REVIEW.getBytes(StandardCharsets.UTF_8)),
                            answer -> answer.toString().contains("\"allowed\":true"))) {
                for (int rate : WARM_UP_RATES) {
                    generator.run(rate, WARM_UP);
                }
                var measured = new ArrayList<Measured>();
                for (int rate : RATES) {
                    measured.add(measure(load, rate, apart, server, generator));
                }
                return measured;
            }
        } finally {
            delete(folder);
        }
    }

    private static Measured measure(Load load, int rate, boolean apart, AgentProcess server, LoadGenerator generator)
            throws IOException, InterruptedException {
        var ours = List.of(server.pid(), ProcessHandle.current().pid());
        var before = ThreadTimes.of(server.pid());
        var machine = MachineTime.now(ours);
        LoadGenerator.Result result;
        long late;
        try (var lateness = apart ? Lateness.on(CORE) : Lateness.anywhere()) {
            result = generator.run(rate, MEASURED);
            late = lateness.p99();
        }
        return new Measured(
                load,
                rate,
                result,
                late,
                ThreadTimes.of(server.pid()).minus(before),
                server.residentMib(),
                MachineTime.now(ours).othersSince(machine));
    }

    /// One line for each load and rate. Times in milliseconds, processor time in microseconds a review.
    private static String figures(List<Measured> measured) {
        var format = "%-36s %7s %9s %9s %9s %9s %9s %7s %8s %8s %8s %8s %8s %6s%n";
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                format,
                "policies",
                "asked/s",
                "answers/s",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "late p99",
                "wrong",
                "us/review",
                "judging",
                "network",
                "garbage",
                "compiler",
                "MiB"));
        for (var one : measured) {
            var result = one.result();
            var spent = one.spent();
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    one.load().words(),
                    number(one.rate(), 0),
                    number(result.perSecond(), 0),
                    number(result.p50() / 1e6, 2),
                    number(result.p99() / 1e6, 2),
                    number(result.p999() / 1e6, 2),
                    number(one.lateNanos() / 1e6, 2),
                    result.wrong(),
                    number(spent.all().toNanos() / 1e3 / result.requests(), 1),
                    number(spent.of("gatehouse-revie").toNanos() / 1e3 / result.requests(), 1),
                    number(spent.of("vert.x-eventloo").toNanos() / 1e3 / result.requests(), 1),
                    number(spent.of("VM Thread").toNanos() / 1e3 / result.requests(), 1),
                    number(spent.compiler().toNanos() / 1e3 / result.requests(), 1),
                    number(one.residentMib(), 0)));
        }
        return text.toString();
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private static Table budgets(List<Measured> measured) {
        var table = new Table();
        for (var one : measured) {
            if (one.load().hasBudget()) {
                var what = one.load().words() + String.format(Locale.ROOT, ", %,d/s, ", one.rate());
                table.row(
                        what + "p99",
                        "ms",
                        OptionalDouble.of(BUDGET_P99_MILLIS),
                        OptionalDouble.of(one.lateNanos() / 1e6),
                        one.result().p99() / 1e6);
                table.most(what + "wrong answers", "", 0, one.result().wrong());
                table.most(what + "resident", "MiB", BUDGET_RESIDENT, one.residentMib());
                if (one.rate() >= BUDGET_PER_SECOND) {
                    table.least(
                            what + "answered",
                            "1/s",
                            BUDGET_PER_SECOND,
                            one.result().perSecond());
                }
            }
        }
        return table;
    }

    private static String trust(List<Measured> measured) {
        double most = measured.stream().mapToDouble(Measured::others).max().orElse(0);
        var others = String.format(Locale.ROOT, "others kept up to %.2f cores busy meanwhile", most);
        return most > QUIET
                ? others + ": the times above are theirs too; take processor time a review, or a quiet machine"
                : others;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        var files = new ArrayList<Path>();
        try (var all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(files::add);
        }
        for (var file : files) {
            Files.delete(file);
        }
    }
}
