// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

/// A place in one line of a source text.
///
/// @param line from 1
/// @param column from 1, in code points
/// @param length in code points, at least 1
public record Span(SourceText source, int line, int column, int length) {
    public Span {
        if (line < 1 || column < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "a span starts at 1:1 and has a length, got " + line + ":" + column + "+" + length);
        }
    }
}
