// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Reading an untyped tree as Kubernetes does: null is absent.
public final class Fields {
    private Fields() {}

    public static Optional<Node> value(Node.Mapping mapping, String field) {
        var found = mapping.get(field);
        return found.isPresent() && found.get() instanceof Node.Null ? Optional.empty() : found;
    }

    public static Optional<Node.Mapping> mapping(Node.Mapping mapping, String field) {
        return mapping.get(field).orElse(null) instanceof Node.Mapping found ? Optional.of(found) : Optional.empty();
    }

    public static Optional<String> text(Node.Mapping mapping, String field) {
        return mapping.get(field).orElse(null) instanceof Node.Text found
                ? Optional.of(found.value())
                : Optional.empty();
    }

    /// The items of a list, none where it is absent or no list.
    public static List<Node> items(Node.Mapping mapping, String field) {
        return mapping.get(field).orElse(null) instanceof Node.Sequence(var items, var _) ? items : List.of();
    }

    /// The mappings in a list.
    public static List<Node.Mapping> mappings(Node.Mapping mapping, String field) {
        var mappings = new ArrayList<Node.Mapping>();
        for (var item : items(mapping, field)) {
            if (item instanceof Node.Mapping one) {
                mappings.add(one);
            }
        }
        return mappings;
    }

    public static boolean isTrue(Optional<Node> node) {
        return node.isPresent() && node.get() instanceof Node.Bool bool && bool.value();
    }

    public static boolean isFalse(Optional<Node> node) {
        return node.isPresent() && node.get() instanceof Node.Bool bool && !bool.value();
    }

    /// The value as a reader of a message wants it, bounded.
    public static String show(Optional<Node> node) {
        if (node.isEmpty()) {
            return "unset";
        }
        return switch (node.get()) {
            case Node.Mapping _ -> "a mapping";
            case Node.Sequence _ -> "a list";
            case Node.Text(var text, var _) -> '"' + cut(text) + '"';
            case Node.Bool(var value, var _) -> Boolean.toString(value);
            case Node.Number(var literal, var _) -> cut(literal);
            case Node.Null _ -> "unset";
        };
    }

    /// Whether two trees say the same: places and the order of keys do not count.
    public static boolean same(Node a, Node b) {
        return switch (a) {
            case Node.Mapping(var entries, var _) ->
                b instanceof Node.Mapping other && sameEntries(entries, other.entries());
            case Node.Sequence(var items, var _) -> b instanceof Node.Sequence other && sameItems(items, other.items());
            case Node.Text(var text, var _) -> b instanceof Node.Text other && text.equals(other.value());
            case Node.Bool(var value, var _) -> b instanceof Node.Bool other && value == other.value();
            case Node.Number(var literal, var _) -> b instanceof Node.Number other && literal.equals(other.literal());
            case Node.Null _ -> b instanceof Node.Null;
        };
    }

    private static boolean sameEntries(List<Node.Entry> a, List<Node.Entry> b) {
        if (a.size() != b.size()) {
            return false;
        }
        var others = new HashMap<String, Node>(2 * b.size());
        for (var entry : b) {
            others.put(entry.key(), entry.value());
        }
        for (var entry : a) {
            var other = others.get(entry.key());
            if (other == null || !same(entry.value(), other)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameItems(List<Node> a, List<Node> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static String cut(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
