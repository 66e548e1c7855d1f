// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.document.Node;

/// How messages name what stands in a document.
final class Kinds {
    private static final int LONGEST_QUOTE = 60;

    private Kinds() {}

    static String of(Node node) {
        return switch (node) {
            case Node.Mapping _ -> "a mapping";
            case Node.Sequence _ -> "a list";
            case Node.Text _ -> "text";
            case Node.Bool _ -> "true or false";
            case Node.Number _ -> "a number";
            case Node.Null _ -> "nothing";
        };
    }

    /// The same for a JSON Schema type.
    static String ofType(String type) {
        return switch (type) {
            case "object" -> "a mapping";
            case "array" -> "a list";
            case "string" -> "text";
            case "boolean" -> "true or false";
            case "number", "integer" -> "a number";
            default -> throw new IllegalArgumentException("the policy schema has no type " + type);
        };
    }

    static String quoted(Node node) {
        return switch (node) {
            case Node.Text text -> quoted(text.value());
            case Node.Bool bool -> "'" + bool.value() + "'";
            case Node.Number number -> quoted(number.literal());
            case Node.Null _, Node.Mapping _, Node.Sequence _ -> of(node);
        };
    }

    static String quoted(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_QUOTE
                ? "'" + text + "'"
                : "'" + text.substring(0, text.offsetByCodePoints(0, LONGEST_QUOTE)) + "…'";
    }
}
