// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// A value in a document and how a reader finds it.
///
/// @param path as messages write it: `spec.match.images[0]`, empty for the document itself
/// @param name where the value is called by its name: the key, or the value itself where it has none
record Place(String path, Node node, Span name) {
    static Optional<Place> of(Node.Mapping document, String... keys) {
        return of(document, List.of((Object[]) keys), Place::entry);
    }

    /// @param steps keys and indexes, from the document down
    /// @param find finds an entry of a mapping
    static Optional<Place> of(
            Node.Mapping document, List<Object> steps, BiFunction<Node.Mapping, String, Optional<Node.Entry>> find) {
        var place = Optional.of(new Place("", document, document.span()));
        for (var step : steps) {
            place = place.flatMap(at -> at.step(step, find));
        }
        return place;
    }

    private Optional<Place> step(Object step, BiFunction<Node.Mapping, String, Optional<Node.Entry>> find) {
        return switch (node) {
            case Node.Mapping mapping ->
                find.apply(mapping, step.toString()).map(e -> new Place(field(e.key()), e.value(), e.keySpan()));
            case Node.Sequence sequence
            when step instanceof Integer index && index < sequence.items().size() -> {
                var item = sequence.items().get(index);
                yield Optional.of(new Place(path + "[" + index + "]", item, item.span()));
            }
            default -> Optional.empty();
        };
    }

    /// The path of a field in this mapping, whether it is there or not.
    String field(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static Optional<Node.Entry> entry(Node.Mapping mapping, String key) {
        return mapping.entries().stream().filter(e -> e.key().equals(key)).findFirst();
    }
}
