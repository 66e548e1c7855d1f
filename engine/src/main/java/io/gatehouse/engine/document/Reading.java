// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;

/// What came of reading a text.
///
/// @param documents in the order of the text, without those that hold nothing; beside an error they are only as good
///     as to look for more errors in them, never to act on
/// @param diagnostics in the order of the text
public record Reading(List<Node> documents, List<Diagnostic> diagnostics) {
    public Reading {
        documents = List.copyOf(documents);
        diagnostics = List.copyOf(diagnostics);
    }
}
