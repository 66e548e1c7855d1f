// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import java.util.Set;

/// One key that Falco's configuration knows.
///
/// @param path with dots, as `-o` takes it
record ConfigKey(String path, Kind kind, Fate fate) {
    enum Kind {
        SWITCH("true or false"),
        INTEGER("a whole number"),
        NUMBER("a number"),
        TEXT("text"),
        TEXTS("a list of texts"),
        LIST("a list"),
        MAP("keys and values");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    sealed interface Fate {
        /// @param how it differs from Falco, empty where it does not
        record Kept(String how) implements Fate {}

        /// @param why it is not
        /// @param harmless values that ask for what happens anyway, and so are not worth a word
        record NotKept(String why, Set<String> harmless) implements Fate {
            public NotKept {
                harmless = Set.copyOf(harmless);
            }
        }
    }

    /// `file_output` of `file_output.enabled`; empty at the top.
    String group() {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }
}
