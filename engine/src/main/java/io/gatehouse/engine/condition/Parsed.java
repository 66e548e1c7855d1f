// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What came of parsing a condition.
///
/// @param expression absent if there is an error
/// @param listsUsed names of lists that stand in the condition
public record Parsed(Optional<Expression> expression, Set<String> listsUsed, List<Diagnostic> diagnostics) {
    public Parsed {
        listsUsed = Set.copyOf(listsUsed);
        diagnostics = List.copyOf(diagnostics);
    }
}
