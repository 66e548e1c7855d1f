// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import java.util.Optional;

/// How much a match matters, most first.
public enum Priority {
    EMERGENCY("Emergency"),
    ALERT("Alert"),
    CRITICAL("Critical"),
    ERROR("Error"),
    WARNING("Warning"),
    NOTICE("Notice"),
    INFORMATIONAL("Informational"),
    DEBUG("Debug");

    private final String label;

    Priority(String label) {
        this.label = label;
    }

    /// As alerts print it.
    public String label() {
        return label;
    }

    /// As rules files write it: in any case, `info` for short.
    public static Optional<Priority> named(String word) {
        for (var priority : values()) {
            if (priority.label.equalsIgnoreCase(word)) {
                return Optional.of(priority);
            }
        }
        return word.equalsIgnoreCase("info") ? Optional.of(INFORMATIONAL) : Optional.empty();
    }
}
