// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;

/// What came of compiling: a snapshot, or errors and none. Warnings may stand beside a snapshot.
///
/// @param brakes the emergency brakes that were found, whatever else is wrong
/// @param allBrakes whether there can be no other: every document said what it is, and every brake is in order
public record Compilation(
        Optional<Snapshot> snapshot, List<Diagnostic> diagnostics, Brakes brakes, AllBrakes allBrakes) {
    public enum AllBrakes {
        KNOWN,
        UNCERTAIN
    }

    public Compilation {
        diagnostics = List.copyOf(diagnostics);
    }
}
