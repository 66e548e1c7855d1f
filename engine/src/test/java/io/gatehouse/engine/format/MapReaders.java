// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import java.util.Map;
import java.util.Optional;

/// Events that are maps from a field, with its argument in brackets, to its value.
final class MapReaders implements Readers<Map<String, Object>> {
    @Override
    public Reader<Map<String, Object>> bind(Field field, Optional<String> argument) {
        var key = field.name() + argument.map(a -> "[" + a + "]").orElse("");
        boolean many = field.shape() == Shape.LIST || field.shape() == Shape.ANY && argument.isEmpty();
        if (field.type().isText()) {
            return many
                    ? (Reader.OfTexts<Map<String, Object>>) event -> (String[]) event.get(key)
                    : (Reader.OfText<Map<String, Object>>) event -> (String) event.get(key);
        }
        return many
                ? (Reader.OfNumbers<Map<String, Object>>) event -> (long[]) event.get(key)
                : (Reader.OfNumber<Map<String, Object>>)
                        event -> ((Number) event.getOrDefault(key, Reader.MISSING)).longValue();
    }
}
