// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.agent.Agent;
import io.gatehouse.agent.AgentListener;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.bench.Loops.Loop;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What the agent costs a program: with no agent, with one whose policies are about others, and under a policy with
/// every rule, enforced. The three are measured in turns, several times, and the median of each is printed.
final class Overhead {
    private static final int TURNS = Integer.getInteger("gatehouse.bench.turns", 5);
    private static final int ROUNDS = 3;

    /// DESIGN's budgets over the baseline of the same run, for kernels that decide by tracepoints.
    static final Map<Loop, Double> BUDGET_RATIO = new EnumMap<>(Map.of(
            Loop.GETPPID, 178.0 / 118.0,
            Loop.OPEN_CLOSE, 1.2,
            Loop.CREATE_WRITE_UNLINK, 1.08,
            Loop.FORK_EXEC, 1.03));

    /// In a protected container where LSM decides: open, exec and write at most 1.05 times the unprotected loop.
    private static final double BUDGET_RATIO_LSM = 1.05;

    private Overhead() {}

    private enum Case {
        NO_AGENT,
        OTHERS_GOVERNED,
        GOVERNED
    }

    static void print(PrintStream out) throws IOException {
        var folder = Files.createTempDirectory("gatehouse-overhead");
        var nanos = new EnumMap<Case, Map<Loop, List<Double>>>(Case.class);
        boolean lsm;
        try (var plain = Bench.container(folder.resolve("plain"));
                var governed = Bench.container(folder.resolve("governed"))) {
            lsm = probe();
            for (int turn = 0; turn < TURNS; turn++) {
                measure(nanos, Case.NO_AGENT, plain);
                try (var _ = agent(Bench.policy(governed, Mode.ENFORCE))) {
                    measure(nanos, Case.OTHERS_GOVERNED, plain);
                    measure(nanos, Case.GOVERNED, governed);
                }
            }
        }
        out.println("kernel decides by " + (lsm ? "LSM" : "tracepoints")
                + "; ns per operation in a runc container, median of " + TURNS + " turns of " + ROUNDS + " rounds");
        for (var which : List.of(Case.OTHERS_GOVERNED, Case.GOVERNED)) {
            out.println(
                    which == Case.GOVERNED
                            ? "under a policy, baseline without agent"
                            : "no policy for it, baseline without agent");
            var table = new Table();
            for (var loop : BUDGET_RATIO.keySet()) {
                double baseline = median(nanos.get(Case.NO_AGENT).get(loop));
                double ratio = lsm ? BUDGET_RATIO_LSM : BUDGET_RATIO.get(loop);
                table.row(
                        loop.text(),
                        "ns",
                        OptionalDouble.of(baseline * ratio),
                        OptionalDouble.of(baseline),
                        median(nanos.get(which).get(loop)));
            }
            out.print(table.text());
        }
    }

    private static boolean probe() {
        try (var kernel = KernelSide.load()) {
            return kernel.whyNotLsm().isEmpty();
        }
    }

    private static void measure(Map<Case, Map<Loop, List<Double>>> nanos, Case which, RuncContainer container)
            throws IOException {
        for (var loop : BUDGET_RATIO.keySet()) {
            var command = Loops.command(
                    loop, loop.iterations(), ROUNDS, Path.of("/bin/loops"), Path.of("/data"), Path.of("/bin/nothing"));
            var result = container.exec(command.toArray(String[]::new));
            if (result.exit() != 0) {
                throw new IOException(which + " " + loop + ": " + result);
            }
            nanos.computeIfAbsent(which, _ -> new EnumMap<>(Loop.class))
                    .computeIfAbsent(loop, _ -> new ArrayList<>())
                    .add(Loops.parse(result.stdout()).medianNanos());
        }
    }

    private static Agent agent(Snapshot snapshot) {
        var silent = new AgentListener() {
            @Override
            public void alert(Alert alert) {
                throw new AssertionError("the loops are allowed, yet " + alert);
            }

            @Override
            public void inForce(Snapshot snapshot, Collection<Governed> containers) {
                // asked for, and no more
            }

            @Override
            public void notice(String text) {
                System.err.println(text);
            }
        };
        return Agent.start(KernelSide.load(), Path.of("/"), snapshot, silent, InstantSource.system());
    }

    static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
