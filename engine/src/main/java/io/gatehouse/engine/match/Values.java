// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import java.util.HashMap;
import java.util.Map;

/// The fields that a plan reads, each bound once.
final class Values<E> {
    final Readers<E> readers;
    private final Slots slots;
    private final Map<Subject.Read, TextValue<E>> texts = new HashMap<>();
    private final Map<Subject.Read, NumberValue<E>> numbers = new HashMap<>();

    Values(Readers<E> readers, Slots slots) {
        this.readers = readers;
        this.slots = slots;
    }

    TextValue<E> text(Subject.Read subject) {
        return texts.computeIfAbsent(subject, _ -> {
            if (readers.bind(subject.field(), subject.argument()) instanceof Reader.OfText<E> reader) {
                return new TextValue<>(reader, slots.nextText());
            }
            throw new IllegalStateException("the reader of " + subject.field().name() + " does not read one text");
        });
    }

    NumberValue<E> number(Subject.Read subject) {
        return numbers.computeIfAbsent(subject, _ -> {
            if (readers.bind(subject.field(), subject.argument()) instanceof Reader.OfNumber<E> reader) {
                return new NumberValue<>(reader, slots.nextNumber());
            }
            throw new IllegalStateException("the reader of " + subject.field().name() + " does not read one number");
        });
    }
}
