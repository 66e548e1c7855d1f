// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reading what configuration objects have in common.
final class Trees {
    private Trees() {}

    static List<Node> items(Node.Mapping mapping, String field) {
        return Fields.value(mapping, field).orElse(null) instanceof Node.Sequence(var items, var _) ? items : List.of();
    }

    static List<Node.Mapping> mappings(Node.Mapping mapping, String field) {
        return items(mapping, field).stream()
                .filter(Node.Mapping.class::isInstance)
                .map(Node.Mapping.class::cast)
                .toList();
    }

    static List<String> texts(Node.Mapping mapping, String field) {
        return items(mapping, field).stream()
                .filter(Node.Text.class::isInstance)
                .map(item -> ((Node.Text) item).value())
                .toList();
    }

    static Map<String, String> words(Node.Mapping mapping, String field) {
        var words = new HashMap<String, String>();
        Fields.mapping(mapping, field)
                .ifPresent(found -> found.entries().forEach(entry -> {
                    if (entry.value() instanceof Node.Text(var text, var _)) {
                        words.put(entry.key(), text);
                    }
                }));
        return words;
    }

    /// Of a field, or where it is not written of what should hold it.
    static Span place(Node.Mapping mapping, String field) {
        for (var entry : mapping.entries()) {
            if (entry.key().equals(field)) {
                return entry.keySpan();
            }
        }
        return mapping.span();
    }

    static Optional<Integer> number(Node.Mapping mapping, String field) {
        return Fields.value(mapping, field)
                .map(node -> node instanceof Node.Number number ? number.literal() : "")
                .filter(literal -> literal.matches("[0-9]{1,9}"))
                .map(Integer::valueOf);
    }

    /// `shop` and `kube-system`; `shop, cart and 3 more`.
    static String some(List<String> names) {
        return names.size() <= 5
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 5)) + " and " + (names.size() - 5) + " more";
    }
}
