// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

/// A text and the name its reader knows it by, usually a path.
///
/// @param firstLine what its first line is called: 1, or its place in the file it was taken from
public record SourceText(String name, String text, int firstLine) {
    public SourceText {
        if (firstLine < 1) {
            throw new IllegalArgumentException("lines count from 1, got " + firstLine);
        }
    }

    public SourceText(String name, String text) {
        this(name, text, 1);
    }

    /// The name alone: texts are large, and every span holds one.
    @Override
    public String toString() {
        return name;
    }
}
