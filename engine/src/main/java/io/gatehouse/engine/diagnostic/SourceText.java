// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

/// A text and the name its reader knows it by, usually a path.
public record SourceText(String name, String text) {
    /// The name alone: texts are large, and every span holds one.
    @Override
    public String toString() {
        return name;
    }
}
