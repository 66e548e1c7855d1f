// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;

/// A condition with its macros put in.
///
/// @param expression without any [Expression.Name]; absent if there is an error
public record Resolved(Optional<Expression> expression, List<Diagnostic> diagnostics) {
    public Resolved {
        diagnostics = List.copyOf(diagnostics);
    }
}
