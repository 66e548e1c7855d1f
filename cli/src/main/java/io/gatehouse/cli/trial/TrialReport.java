// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import java.util.List;
import java.util.stream.Collectors;

/// What people read.
public final class TrialReport {
    private TrialReport() {}

    /// One line a trial, what was wrong indented below it, and a summary last.
    public static String text(List<Trial.Result> results) {
        var out = new StringBuilder();
        for (var result : results) {
            var name = result.trial().suite() + ": " + result.trial().name();
            switch (result.outcome()) {
                case Outcome.Passed _ -> line(out, "pass", name, "");
                case Outcome.Failed(var detail) -> line(out, "FAIL", name, detail);
                case Outcome.Skipped(var reason) -> line(out, "skip", name, reason);
                case Outcome.Broken(var problem) -> line(out, "BAD ", name, problem);
            }
        }
        return out.append(summary(results)).append('\n').toString();
    }

    private static void line(StringBuilder out, String word, String name, String below) {
        out.append(word).append("  ").append(name).append('\n');
        out.append(below.lines().map(line -> "      " + line + "\n").collect(Collectors.joining()));
    }

    private static String summary(List<Trial.Result> results) {
        return count(results, Outcome.Passed.class) + " passed, " + count(results, Outcome.Failed.class) + " failed, "
                + count(results, Outcome.Skipped.class) + " skipped, " + count(results, Outcome.Broken.class)
                + " could not be read";
    }

    static long count(List<Trial.Result> results, Class<? extends Outcome> kind) {
        return results.stream().filter(r -> kind.isInstance(r.outcome())).count();
    }
}
