// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// An event as a table of fields, each under its name and, in brackets, its argument.
record FakeEvent(int kind, Map<String, Object> fields) {
    static FakeEvent of(int kind, Object... namesAndValues) {
        var fields = new HashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new FakeEvent(kind, fields);
    }

    static String name(Field field, Optional<String> argument) {
        return field.name() + argument.map(text -> "[" + text + "]").orElse("");
    }

    /// Reads the table, and counts how often.
    static final class Fields implements Readers<FakeEvent> {
        final Map<String, Integer> reads = new HashMap<>();
        private final boolean counts;

        Fields() {
            this(true);
        }

        /// @param counts whether reads are counted, which allocates
        Fields(boolean counts) {
            this.counts = counts;
        }

        @Override
        public Reader<FakeEvent> bind(Field field, Optional<String> argument) {
            var name = name(field, argument);
            boolean one = field.shape() == Shape.ONE || field.shape() == Shape.ANY && argument.isPresent();
            boolean text = field.type().isText();
            if (one) {
                return text
                        ? (Reader.OfText<FakeEvent>) event -> (String) read(event, name)
                        : (Reader.OfNumber<FakeEvent>)
                                event -> read(event, name) instanceof Long number ? number : Reader.MISSING;
            }
            return text
                    ? (Reader.OfTexts<FakeEvent>) event -> (String[]) read(event, name)
                    : (Reader.OfNumbers<FakeEvent>) event -> (long[]) read(event, name);
        }

        private Object read(FakeEvent event, String name) {
            if (counts) {
                reads.merge(name, 1, Integer::sum);
            }
            return event.fields.get(name);
        }
    }
}
