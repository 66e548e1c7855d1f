// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

/// One thing wrong with a source text.
///
/// @param code stable, `GH-` and four digits; its meaning never changes
/// @param message what is wrong, without a full stop
/// @param why the rule behind it
/// @param fix what to do
public record Diagnostic(String code, Severity severity, Span span, String message, String why, String fix) {
    public enum Severity {
        ERROR,
        WARNING
    }
}
