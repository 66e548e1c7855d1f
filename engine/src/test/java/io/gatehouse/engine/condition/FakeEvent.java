// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An event that has exactly the values it is given. Written as lines of a field, a blank and its value;
/// several values have ` | ` between them.
record FakeEvent(Map<String, List<String>> values) {
    static final Readers<FakeEvent> READERS = FakeEvent::reader;

    static FakeEvent of(String lines) {
        var values = new HashMap<String, List<String>>();
        for (var line : lines.strip().split("\n")) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                values.put(
                        line.substring(0, blank),
                        Arrays.asList(line.substring(blank + 1).split(" \\| ", -1)));
            }
        }
        return new FakeEvent(values);
    }

    private static Reader<FakeEvent> reader(Field field, Optional<String> argument) {
        var key = field.name() + argument.map(text -> "[" + text + "]").orElse("");
        boolean several = field.shape() == Shape.LIST || field.shape() == Shape.ANY && argument.isEmpty();
        if (field.type().isText()) {
            return several
                    ? (Reader.OfTexts<FakeEvent>) event -> event.texts(key, field.type())
                    : (Reader.OfText<FakeEvent>) event -> first(event.texts(key, field.type()));
        }
        return several
                ? (Reader.OfNumbers<FakeEvent>) event -> event.numbers(key, field.type())
                : (Reader.OfNumber<FakeEvent>)
                        event -> event.values.containsKey(key) ? event.numbers(key, field.type())[0] : Reader.MISSING;
    }

    private static String first(String[] texts) {
        return texts == null ? null : texts[0];
    }

    private String[] texts(String key, FieldType type) {
        return values.containsKey(key)
                ? values.get(key).stream().map(text -> text(type, text)).toArray(String[]::new)
                : null;
    }

    private long[] numbers(String key, FieldType type) {
        return values.containsKey(key)
                ? values.get(key).stream().mapToLong(text -> number(type, text)).toArray()
                : null;
    }

    private static String text(FieldType type, String text) {
        return type == FieldType.IPADDR || type == FieldType.IPNET
                ? Addresses.read(text).orElseThrow()
                : Escapes.unescape(text, '"', wrong -> {
                    throw new IllegalArgumentException(wrong.message());
                });
    }

    private static long number(FieldType type, String text) {
        return switch (type) {
            case BOOL -> text.equals("true") ? 1 : 0;
            case DOUBLE -> Double.doubleToRawLongBits(Double.parseDouble(text));
            case UINT32, UINT64, RELTIME, ABSTIME -> Long.parseUnsignedLong(text);
            default -> Long.parseLong(text);
        };
    }
}
