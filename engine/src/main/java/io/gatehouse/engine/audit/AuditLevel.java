// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How much of a request is written down; each level holds what those before it hold.
public enum AuditLevel {
    NONE("None"),
    METADATA("Metadata"),
    REQUEST("Request"),
    REQUEST_RESPONSE("RequestResponse");

    private final String word;

    AuditLevel(String word) {
        this.word = word;
    }

    /// As the policy writes it.
    public String word() {
        return word;
    }

    static Optional<AuditLevel> of(String word) {
        return Arrays.stream(values()).filter(level -> level.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(AuditLevel::word).toList();
    }

    AuditLevel or(AuditLevel other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
