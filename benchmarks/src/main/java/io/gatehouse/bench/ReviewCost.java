// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.OptionalDouble;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// What one review costs in the server, without the network: JMH's figures of [ReviewBenchmark], by number of policies
/// and by how many of them are about the Deployment.
final class ReviewCost {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final double BUDGET_JUDGED_BY_50 = 50;
    private static final double BUDGET_P99 = 2_000;

    private ReviewCost() {}

    static void print(PrintStream out) throws IOException {
        try {
            var results = new Runner(new OptionsBuilder()
                            .include(ReviewBenchmark.class.getName() + ".*")
                            .addProfiler(GCProfiler.class)
                            .verbosity(VerboseMode.SILENT)
                            .shouldFailOnError(true)
                            .build())
                    .run();
            var table = new Table();
            for (var result : results) {
                rows(table, result);
            }
            out.print(table.text());
        } catch (RunnerException e) {
            throw new IOException("JMH did not run", e);
        }
    }

    private static void rows(Table table, RunResult result) {
        var name = result.getParams().getBenchmark();
        var what = name.substring(name.lastIndexOf('.') + 1) + ", "
                + result.getParams().getParam("policies") + " "
                + result.getParams()
                        .getParam("kind")
                        .toLowerCase(java.util.Locale.ROOT)
                        .replace('_', ' ');
        boolean fifty = result.getParams().getParam("policies").equals("50");
        var times = result.getPrimaryResult().getStatistics();
        table.row(
                what + ", p50",
                "us",
                name.endsWith(".judge") && fifty ? OptionalDouble.of(BUDGET_JUDGED_BY_50) : OptionalDouble.empty(),
                OptionalDouble.empty(),
                times.getPercentile(50));
        table.row(
                what + ", p99",
                "us",
                fifty ? OptionalDouble.of(BUDGET_P99) : OptionalDouble.empty(),
                OptionalDouble.empty(),
                times.getPercentile(99));
        var allocated = result.getSecondaryResults().get(ALLOCATED);
        if (allocated != null) {
            table.row(what + ", allocated", "bytes", allocated.getScore());
        }
    }
}
