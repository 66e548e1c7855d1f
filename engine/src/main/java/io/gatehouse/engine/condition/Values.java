// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What an event answers when it is asked for a subject.
sealed interface Values {
    int count();

    /// @param values one unless the subject is a list or has candidates
    record Texts(List<String> values) implements Values {
        @Override
        public int count() {
            return values.size();
        }
    }

    record Numbers(List<Long> values) implements Values {
        @Override
        public int count() {
            return values.size();
        }
    }

    /// Nothing if the event has no such value.
    static <E> Optional<Values> of(Subject subject, E event, Readers<E> readers) {
        return switch (subject) {
            case Subject.Read(var field, var argument) -> read(readers.bind(field, argument), event);
            case Subject.Constant(var text) -> Optional.of(new Texts(List.of(text)));
            case Subject.Group(var subjects) -> group(subjects, event, readers);
            case Subject.Apply apply -> applied(apply, event, readers);
        };
    }

    private static <E> Optional<Values> read(Reader<E> reader, E event) {
        return switch (reader) {
            case Reader.OfText<E> text -> Optional.ofNullable(text.read(event)).map(value -> new Texts(List.of(value)));
            case Reader.OfNumber<E> number ->
                Optional.of(number.read(event))
                        .filter(value -> value != Reader.MISSING)
                        .map(value -> new Numbers(List.of(value)));
            case Reader.OfTexts<E> texts ->
                Optional.ofNullable(texts.read(event))
                        .filter(values -> values.length > 0)
                        .map(values -> new Texts(Arrays.asList(values)));
            case Reader.OfNumbers<E> numbers ->
                Optional.ofNullable(numbers.read(event))
                        .filter(values -> values.length > 0)
                        .map(values -> new Numbers(Arrays.stream(values).boxed().toList()));
        };
    }

    private static <E> Optional<Values> group(List<Subject> subjects, E event, Readers<E> readers) {
        var texts = new ArrayList<String>();
        for (var subject : subjects) {
            var values = of(subject, event, readers);
            if (values.isEmpty()) {
                return Optional.empty();
            }
            switch (values.get()) {
                case Texts(var more) -> texts.addAll(more);
                case Numbers(var numbers) ->
                    numbers.forEach(number -> texts.add(Transforms.text(subject.type(), number)));
            }
        }
        return Optional.of(new Texts(texts));
    }

    private static <E> Optional<Values> applied(Subject.Apply apply, E event, Readers<E> readers) {
        var arguments = new ArrayList<Values>();
        for (var argument : apply.arguments()) {
            var values = of(argument, event, readers);
            if (values.isEmpty()) {
                return Optional.empty();
            }
            arguments.add(values.get());
        }
        return switch (apply.transformer()) {
            case TOUPPER, TOLOWER, BASENAME, B64, VAL -> each(apply.transformer(), texts(arguments, 0));
            case LEN -> Optional.of(new Numbers(List.of(length(apply.arguments().getFirst(), arguments.getFirst()))));
            case CONCAT -> {
                var whole = new StringBuilder();
                for (int i = 0; i < arguments.size(); i++) {
                    whole.append(texts(arguments, i).getFirst());
                }
                yield Optional.of(new Texts(List.of(whole.toString())));
            }
            case JOIN ->
                Optional.of(new Texts(List.of(String.join(texts(arguments, 0).getFirst(), texts(arguments, 1)))));
            case GETOPT ->
                arguments.size() == 2
                        ? Optional.of(new Texts(Transforms.options(
                                texts(arguments, 0), texts(arguments, 1).getFirst())))
                        : Transforms.option(
                                        texts(arguments, 0),
                                        texts(arguments, 1).getFirst(),
                                        texts(arguments, 2).getFirst().charAt(0))
                                .map(value -> new Texts(List.of(value)));
        };
    }

    private static List<String> texts(List<Values> arguments, int index) {
        return ((Texts) arguments.get(index)).values();
    }

    /// A value that cannot be transformed makes the whole answer missing.
    private static Optional<Values> each(Transformer transformer, List<String> values) {
        var results = new ArrayList<String>();
        for (var value : values) {
            var result = Transforms.text(transformer, value);
            if (result.isEmpty()) {
                return Optional.empty();
            }
            results.add(result.get());
        }
        return Optional.of(new Texts(results));
    }

    private static long length(Subject subject, Values values) {
        if (subject.shape() == Shape.LIST) {
            return values.count();
        }
        var text = ((Texts) values).values().getFirst();
        int end = subject.type() == FieldType.CHARBUF ? text.indexOf('\0') : -1;
        return end < 0 ? text.length() : end;
    }
}
