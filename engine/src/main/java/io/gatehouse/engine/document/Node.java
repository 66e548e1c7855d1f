// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.Span;
import java.util.List;
import java.util.Optional;

/// A value in a document.
public sealed interface Node {
    Span span();

    /// An object. Keys are unique; entries keep the order of the text.
    record Mapping(List<Entry> entries, Span span) implements Node {
        public Mapping {
            entries = List.copyOf(entries);
        }

        public Optional<Node> get(String key) {
            for (int i = 0; i < entries.size(); i++) { // no iterator: the gate asks hundreds of times a review
                var entry = entries.get(i);
                if (entry.key().equals(key)) {
                    return Optional.of(entry.value());
                }
            }
            return Optional.empty();
        }
    }

    record Entry(String key, Span keySpan, Node value) {}

    record Sequence(List<Node> items, Span span) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    record Text(String value, Span span) implements Node {}

    record Bool(boolean value, Span span) implements Node {}

    /// @param literal as written; integers and decimals alike
    record Number(String literal, Span span) implements Node {}

    record Null(Span span) implements Node {}
}
