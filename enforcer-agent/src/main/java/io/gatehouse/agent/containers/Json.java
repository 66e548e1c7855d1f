// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// Values from JSON of which nothing is certain: a value of another type than expected is an absent one.
final class Json {
    private Json() {}

    static Optional<String> text(JsonNode node, String... path) {
        var value = at(node, path);
        return value.isString() && !value.stringValue().isEmpty() ? Optional.of(value.stringValue()) : Optional.empty();
    }

    static String textOr(JsonNode node, String otherwise, String... path) {
        return text(node, path).orElse(otherwise);
    }

    /// A number above zero, as pids and start times are.
    static OptionalLong positive(JsonNode node, String... path) {
        var value = at(node, path);
        return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() > 0
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }

    static long numberOr(JsonNode node, long otherwise, String... path) {
        var value = at(node, path);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : otherwise;
    }

    static boolean isTrue(JsonNode node, String... path) {
        var value = at(node, path);
        return value.isBoolean() && value.booleanValue();
    }

    static List<String> texts(JsonNode node, String... path) {
        var found = new ArrayList<String>();
        for (var item : at(node, path)) {
            if (item.isString()) {
                found.add(item.stringValue());
            }
        }
        return found;
    }

    static Map<String, String> textMap(JsonNode node, String... path) {
        var found = new LinkedHashMap<String, String>();
        for (var entry : at(node, path).properties()) {
            if (entry.getValue().isString()) {
                found.put(entry.getKey(), entry.getValue().stringValue());
            }
        }
        return found;
    }

    static JsonNode at(JsonNode node, String... path) {
        var here = node;
        for (var name : path) {
            here = here.path(name);
        }
        return here;
    }
}
