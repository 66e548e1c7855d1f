// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.NumberTest;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.condition.Tests;
import io.gatehouse.engine.condition.TextTest;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;

/// Tests of single checks. What operators mean is said by [Tests]; here a field is read once, nothing is
/// copied, and several values are gone through.
final class Checks {
    private Checks() {}

    static <E> Test<E> of(Check check, Values<E> values) {
        return switch (check.operand()) {
            case Operand.Of(var other) -> comparing(check, other, values);
            default ->
                check.subject() instanceof Subject.Read read ? reading(check, read, values) : plain(check, values);
        };
    }

    private static <E> Test<E> reading(Check check, Subject.Read subject, Values<E> values) {
        boolean isText = subject.type().isText();
        if (subject.shape() == Shape.ONE && subject.type() != FieldType.DYNAMIC) {
            return isText
                    ? new OfText<>(
                            values.text(subject), Predicates.ofText(check).orElseThrow())
                    : new OfNumber<>(
                            values.number(subject), Predicates.ofNumber(check).orElseThrow());
        }
        return switch (values.readers.bind(subject.field(), subject.argument())) {
            case Reader.OfTexts<E> reader
            when isText -> new OfTexts<>(reader, Predicates.ofText(check).orElseThrow(), check.every());
            case Reader.OfNumbers<E> reader
            when !isText -> new OfNumbers<>(reader, Predicates.ofNumber(check).orElseThrow(), check.every());
            default -> plain(check, values);
        };
    }

    private static <E> Test<E> comparing(Check check, Subject other, Values<E> values) {
        return check.subject() instanceof Subject.Read left
                        && other instanceof Subject.Read right
                        && left.shape() == Shape.ONE
                        && right.shape() == Shape.ONE
                        && left.type() == FieldType.CHARBUF
                        && right.type() == FieldType.CHARBUF
                        && check.operator() != Operator.EXISTS
                ? new OfTwoTexts<>(values.text(left), check.operator(), values.text(right))
                : plain(check, values);
    }

    /// Rare forms are left to the plain evaluator, which allocates.
    private static <E> Test<E> plain(Check check, Values<E> values) {
        return new Plain<>(check, values.readers);
    }

    private static final class OfText<E> extends Test<E> {
        private final TextValue<E> value;
        private final TextTest test;

        OfText(TextValue<E> value, TextTest test) {
            this.value = value;
            this.test = test;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            var text = value.read(event, scratch);
            return text != null && test.test(text);
        }
    }

    private static final class OfNumber<E> extends Test<E> {
        private final NumberValue<E> value;
        private final NumberTest test;

        OfNumber(NumberValue<E> value, NumberTest test) {
            this.value = value;
            this.test = test;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            long number = value.read(event, scratch);
            return number != Reader.MISSING && test.test(number);
        }
    }

    private static final class OfTexts<E> extends Test<E> {
        private final Reader.OfTexts<E> reader;
        private final TextTest test;
        private final boolean every;

        OfTexts(Reader.OfTexts<E> reader, TextTest test, boolean every) {
            this.reader = reader;
            this.test = test;
            this.every = every;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            var texts = reader.read(event);
            if (texts == null || texts.length == 0) {
                return false;
            }
            for (var text : texts) {
                if (test.test(text) != every) {
                    return !every;
                }
            }
            return every;
        }
    }

    private static final class OfNumbers<E> extends Test<E> {
        private final Reader.OfNumbers<E> reader;
        private final NumberTest test;
        private final boolean every;

        OfNumbers(Reader.OfNumbers<E> reader, NumberTest test, boolean every) {
            this.reader = reader;
            this.test = test;
            this.every = every;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            var numbers = reader.read(event);
            if (numbers == null || numbers.length == 0) {
                return false;
            }
            for (long number : numbers) {
                if (test.test(number) != every) {
                    return !every;
                }
            }
            return every;
        }
    }

    private static final class OfTwoTexts<E> extends Test<E> {
        private final TextValue<E> left;
        private final Operator operator;
        private final TextValue<E> right;

        OfTwoTexts(TextValue<E> left, Operator operator, TextValue<E> right) {
            this.left = left;
            this.operator = operator;
            this.right = right;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            var text = left.read(event, scratch);
            if (text == null) {
                return false;
            }
            var other = right.read(event, scratch);
            return other != null && Tests.holds(operator, text, other);
        }
    }

    private static final class Plain<E> extends Test<E> {
        private final Check check;
        private final Readers<E> readers;

        Plain(Check check, Readers<E> readers) {
            this.check = check;
            this.readers = readers;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            return PlainEvaluator.holds(check, event, readers);
        }
    }
}
