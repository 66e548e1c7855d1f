// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import java.util.List;
import java.util.Optional;

/// What came of typing a condition.
///
/// @param condition absent if there is an error
/// @param diagnostics errors and warnings, each once, macros' among them
public record Typed(Optional<Condition> condition, List<Diagnostic> diagnostics) {
    public Typed {
        diagnostics = List.copyOf(diagnostics);
    }

    boolean fails() {
        return diagnostics.stream().anyMatch(diagnostic -> diagnostic.severity() == Severity.ERROR);
    }
}
