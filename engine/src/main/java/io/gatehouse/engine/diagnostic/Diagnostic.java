// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import java.util.List;

/// One thing wrong with a source text. Made by [Code#at].
///
/// @param code stable, `GH-` and four digits; its meaning never changes
/// @param message what is wrong, without a full stop
/// @param why the rule behind it
/// @param fix what to do
public record Diagnostic(String code, Severity severity, Span span, String message, String why, String fix) {
    public Diagnostic {
        for (var part : List.of(code, message, why, fix)) {
            if (part.isBlank()) {
                throw new IllegalArgumentException(
                        "a diagnostic says what, why and what to do: " + List.of(code, message, why, fix));
            }
        }
    }

    public enum Severity {
        ERROR,
        WARNING
    }
}
