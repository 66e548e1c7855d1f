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
/// 5,000 reviews a second by [LoadGenerator] on the other cores.
final class GateLoad {
    private static final int CORE = 0;
    private static final int[] RATES = {500, 5_000};
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("gatehouse.bench.seconds", 20));
    private static final int WARM_UP_RATE = Integer.getInteger("gatehouse.bench.warmup.rate", 2_000);
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("gatehouse.bench.warmup", 15));
    private static final double BUDGET_P99 = 2_000;
    private static final double BUDGET_RESIDENT = 256;

    private record Load(Kind kind, int policies) {
        String words() {
            return switch (kind) {
                case ALL_APPLY -> policies == 1 ? "1 policy" : policies + " policies, all apply";
                case ALL_APPLY_WITH_CONDITIONS -> policies + " policies with conditions, all apply";
                case ONE_FOR_EACH_TEAM -> policies + " policies, one a team";
            };
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load(Kind.ALL_APPLY, 1),
            new Load(Kind.ALL_APPLY, 50),
            new Load(Kind.ALL_APPLY_WITH_CONDITIONS, 50),
            new Load(Kind.ONE_FOR_EACH_TEAM, 500),
            new Load(Kind.ALL_APPLY, 500));

    private GateLoad() {}

    static void print(PrintStream out) throws IOException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        boolean apart = cores > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"));
        if (apart) {
            keepOffTheServersCore(cores);
        } else {
            out.println("one core, or no taskset: server and generator share what there is");
        }
        out.println("load of the machine before: "
                + Files.readString(Path.of("/proc/loadavg")).strip());
        for (var load : LOADS) {
            var table = new Table();
            measure(load, apart, table);
            out.print(table.text());
            out.println();
        }
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

    private static void measure(Load load, boolean apart, Table table) throws IOException, InterruptedException {
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
                            before,
                            List.of("-XX:+UseSerialGC", "-Xmx128m"),
                            folder.resolve("state"),
                            ProcessBuilder.Redirect.DISCARD,
                            words);
                    var generator = new LoadGenerator(
                            port,
                            "/validate?timeout=5s",
                            folder.resolve("certificate/ca.crt"),
                            Buffer.buffer(ReviewedDeployment.REVIEW.getBytes(StandardCharsets.UTF_8)),
                            answer -> answer.toString().contains("\"allowed\":true"))) {
                generator.run(WARM_UP_RATE, WARM_UP);
                for (int rate : RATES) {
                    var cpu = server.cpu();
                    var result = generator.run(rate, MEASURED);
                    rows(table, load, rate, result);
                    double used = (double) server.cpu().minus(cpu).toMillis() / MEASURED.toMillis();
                    table.row(words(load, rate) + "processor", "% core", 100 * used);
                }
                table.row(
                        load.words() + ", resident",
                        "MiB",
                        OptionalDouble.of(BUDGET_RESIDENT),
                        OptionalDouble.empty(),
                        server.residentMib());
            }
        } finally {
            delete(folder);
        }
    }

    private static void rows(Table table, Load load, int rate, LoadGenerator.Result result) {
        var what = words(load, rate);
        var budget = load.policies() == 50 ? OptionalDouble.of(BUDGET_P99) : OptionalDouble.empty();
        table.row(what + "p50", "us", result.p50() / 1e3);
        table.row(what + "p99", "us", budget, OptionalDouble.empty(), result.p99() / 1e3);
        table.row(what + "p99.9", "us", result.p999() / 1e3);
        table.row(what + "worst", "us", result.worst() / 1e3);
        table.row(what + "answered", "1/s", result.perSecond());
        table.row(what + "wrong answers", "", OptionalDouble.of(0), OptionalDouble.empty(), result.wrong());
    }

    private static String words(Load load, int rate) {
        return String.format(Locale.ROOT, "%s, %,d/s, ", load.words(), rate);
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
