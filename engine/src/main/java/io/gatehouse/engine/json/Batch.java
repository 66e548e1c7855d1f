// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;

/// What came of a text: its events in order, and what is wrong with the rest of it.
public record Batch(List<JsonEvent> events, List<Diagnostic> diagnostics) {
    public Batch {
        events = List.copyOf(events);
        diagnostics = List.copyOf(diagnostics);
    }
}
