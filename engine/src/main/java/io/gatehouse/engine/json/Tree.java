// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;

/// Lookups in a document. What is not there is null: these are the inner loops of an answer.
final class Tree {
    private Tree() {}

    /// Down the keys; a number counts the items of a sequence.
    static Node get(Node from, String... keys) {
        var node = from;
        for (var key : keys) {
            node = get(node, key);
        }
        return node;
    }

    static Node get(Node from, String key) {
        return switch (from) {
            case Node.Mapping mapping -> {
                for (var entry : mapping.entries()) {
                    if (entry.key().equals(key)) {
                        yield entry.value();
                    }
                }
                yield null;
            }
            case Node.Sequence sequence -> {
                int index = index(key);
                yield index >= 0 && index < sequence.items().size()
                        ? sequence.items().get(index)
                        : null;
            }
            case Node.Text _, Node.Number _, Node.Bool _, Node.Null _ -> null;
            case null -> null;
        };
    }

    /// A number that fits, -1 otherwise.
    static int index(String digits) {
        if (digits.isEmpty() || digits.length() > 9) {
            return -1;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return -1;
            }
        }
        return Integer.parseInt(digits);
    }

    static final int EVERY_ITEM = -1;

    /// The values at the keys, in every item of the sequences on the way, or in the item of one index.
    ///
    /// @return null if there is nothing; an item without the value gives a null in the list
    static List<Node> values(Node from, int index, List<String> keys) {
        var node = from;
        for (int i = 0; i < keys.size(); i++) {
            if (node instanceof Node.Sequence(var items, var _)) {
                if (index == EVERY_ITEM) {
                    return each(items, keys.subList(i, keys.size()));
                }
                if (index >= items.size()) {
                    return null;
                }
                node = items.get(index);
            }
            node = get(node, keys.get(i));
            if (node == null) {
                return null;
            }
        }
        return List.of(node);
    }

    private static List<Node> each(List<Node> items, List<String> keys) {
        var all = new ArrayList<Node>();
        for (var item : items) {
            var found = values(item, EVERY_ITEM, keys);
            if (found == null) {
                all.add(null);
            } else {
                all.addAll(found);
            }
        }
        return all;
    }

    /// A text as it is, anything else as JSON.
    static String text(Node node, JsonPrinter.Form form) {
        return node instanceof Node.Text(var value, var _) ? value : JsonPrinter.compact(node, form);
    }
}
