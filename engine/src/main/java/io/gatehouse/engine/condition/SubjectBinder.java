// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Binds what is asked, transformed or not, to the readers of a source: it is then read as if it were one field. For
/// output; what is asked of every event has a faster way.
public final class SubjectBinder {
    private SubjectBinder() {}

    public static <E> Reader<E> bind(Subject subject, Readers<E> readers) {
        if (subject instanceof Subject.Read(var field, var argument)) {
            return readers.bind(field, argument);
        }
        var once = new BoundOnce<>(readers);
        bindAll(subject, once);
        if (!subject.type().isText()) { // the length of something
            return (Reader.OfNumber<E>) event -> numbers(subject, event, once);
        }
        return subject.shape() == Shape.LIST
                ? (Reader.OfTexts<E>) event -> texts(subject, event, once)
                : (Reader.OfText<E>) event -> {
                    var texts = texts(subject, event, once);
                    return texts == null ? null : texts[0];
                };
    }

    private static <E> long numbers(Subject subject, E event, Readers<E> readers) {
        return Values.of(subject, event, readers)
                .map(values -> ((Values.Numbers) values).values().getFirst())
                .orElse(Reader.MISSING);
    }

    private static <E> String[] texts(Subject subject, E event, Readers<E> readers) {
        return Values.of(subject, event, readers)
                .map(values -> ((Values.Texts) values).values().toArray(String[]::new))
                .filter(texts -> texts.length > 0)
                .orElse(null);
    }

    private static <E> void bindAll(Subject subject, BoundOnce<E> readers) {
        switch (subject) {
            case Subject.Read(var field, var argument) -> readers.bind(field, argument);
            case Subject.Apply(var _, var arguments, var _, var _) -> arguments.forEach(each -> bindAll(each, readers));
            case Subject.Group(var subjects) -> subjects.forEach(each -> bindAll(each, readers));
            case Subject.Constant _ -> {}
        }
    }

    /// Readers that were bound before the first event, and are only looked up afterwards.
    private record BoundOnce<E>(Readers<E> readers, Map<Subject.Read, Reader<E>> bound) implements Readers<E> {
        BoundOnce(Readers<E> readers) {
            this(readers, new HashMap<>());
        }

        @Override
        public Reader<E> bind(Field field, Optional<String> argument) {
            return bound.computeIfAbsent(
                    new Subject.Read(field, argument), read -> readers.bind(read.field(), read.argument()));
        }
    }
}
