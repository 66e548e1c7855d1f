// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;

/// What came of compiling: a snapshot, or errors and none. Warnings may stand beside a snapshot.
public record Compilation(Optional<Snapshot> snapshot, List<Diagnostic> diagnostics) {
    public Compilation {
        diagnostics = List.copyOf(diagnostics);
    }
}
