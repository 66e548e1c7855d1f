// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import java.nio.charset.StandardCharsets;

/// How an entry becomes a line.
public enum LineFormat {
    /// For people and grep.
    TEXT,
    /// JSON Lines, after `Alert.v1alpha1.json`.
    JSON;

    /// Without the line's end.
    public String line(Entry entry) {
        return switch (this) {
            case TEXT -> AlertText.line(entry);
            case JSON -> AlertJson.line(entry);
        };
    }

    /// With the line's end.
    byte[] bytes(Entry entry) {
        return (line(entry) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
