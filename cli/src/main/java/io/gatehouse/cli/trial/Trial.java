// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import java.util.function.Supplier;

/// One example and what is expected of it.
///
/// @param suite the policy or test file it belongs to
/// @param name unique in its suite
public record Trial(String suite, String name, Supplier<Outcome> judge) {
    /// @param millis wall-clock time it took
    public record Result(Trial trial, Outcome outcome, long millis) {}

    public Result run() {
        long start = System.nanoTime();
        var outcome = judge.get();
        return new Result(this, outcome, (System.nanoTime() - start) / 1_000_000);
    }
}
