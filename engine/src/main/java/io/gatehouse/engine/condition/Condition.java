// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A condition whose names are resolved and whose types fit. Immutable; equal text of equal meaning gives
/// equal values, the place aside.
///
/// Text in it is bytes (see `engine.event`). A check of a value that is missing is false, whatever its
/// operator.
public sealed interface Condition {

    record And(List<Condition> terms) implements Condition {
        public And {
            terms = atLeastTwo(terms);
        }
    }

    record Or(List<Condition> terms) implements Condition {
        public Or {
            terms = atLeastTwo(terms);
        }
    }

    record Not(Condition term) implements Condition {}

    /// @param span where it was written; not part of equality
    record Check(Subject subject, Operator operator, Operand operand, Span span) implements Condition {
        @Override
        public boolean equals(Object other) {
            return other instanceof Check check
                    && subject.equals(check.subject)
                    && operator == check.operator
                    && operand.equals(check.operand);
        }

        @Override
        public int hashCode() {
            return (subject.hashCode() * 31 + operator.hashCode()) * 31 + operand.hashCode();
        }

        /// Whether every value of a subject with several must pass the test; else one is enough.
        ///
        /// `in` asks that of a list. `!=` asks it of both ends of a connection (neither is the address),
        /// but not of ancestors (one has another name), which is how rules are written.
        public boolean every() {
            return switch (subject.shape()) {
                case ONE -> false;
                case LIST -> operator == Operator.IN;
                case ANY ->
                    operator == Operator.NOT_EQUAL
                            && subject instanceof Subject.Read(var field, var _)
                            && field.argument() == Argument.NONE;
            };
        }
    }

    /// What is looked at.
    sealed interface Subject {
        FieldType type();

        Shape shape();

        /// @param argument what stood in brackets, without quotes
        record Read(Field field, Optional<String> argument) implements Subject {
            @Override
            public FieldType type() {
                return field.type();
            }

            @Override
            public Shape shape() {
                return field.shape() == Shape.ANY && argument.isPresent() ? Shape.ONE : field.shape();
            }
        }

        /// @param arguments for `getopt` with an option in brackets, that option is the last
        record Apply(Transformer transformer, List<Subject> arguments, FieldType type, Shape shape) implements Subject {
            public Apply {
                arguments = List.copyOf(arguments);
            }
        }

        /// Several as one list. An answer with several values adds all of them, numbers as decimal text; if
        /// one is missing, all is.
        record Group(List<Subject> subjects) implements Subject {
            public Group {
                subjects = List.copyOf(subjects);
            }

            @Override
            public FieldType type() {
                return FieldType.CHARBUF;
            }

            @Override
            public Shape shape() {
                return Shape.LIST;
            }
        }

        /// A literal among a transformer's arguments.
        record Constant(String text) implements Subject {
            @Override
            public FieldType type() {
                return FieldType.CHARBUF;
            }

            @Override
            public Shape shape() {
                return Shape.ONE;
            }
        }
    }

    /// What it is compared with. Numbers are as [io.gatehouse.engine.event.Reader.OfNumber] gives them.
    sealed interface Operand {
        /// For `exists`.
        record None() implements Operand {}

        record Text(String text) implements Operand {}

        record Number(long number) implements Operand {}

        record Texts(Set<String> texts) implements Operand {
            public Texts {
                texts = Set.copyOf(texts);
            }
        }

        record Numbers(Set<Long> numbers) implements Operand {
            public Numbers {
                numbers = Set.copyOf(numbers);
            }
        }

        /// @param address 4 or 16 bytes as text
        /// @param prefix how many leading bits count
        record Net(String address, int prefix) implements Operand {}

        record Nets(List<Net> nets) implements Operand {
            public Nets {
                nets = List.copyOf(nets);
            }
        }

        /// Another field, or a transformed one.
        record Of(Subject subject) implements Operand {}

        /// `startswith oneof (a, b)` and its like. Each is what the operator alone would be compared with.
        record Quantified(Quantifier quantifier, List<Operand> operands) implements Operand {
            public Quantified {
                operands = List.copyOf(operands);
            }
        }
    }

    /// How many of several texts must fit.
    enum Quantifier {
        ONEOF("oneof"),
        ANYOF("anyof"),
        ALLOF("allof");

        private final String word;

        Quantifier(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    private static List<Condition> atLeastTwo(List<Condition> terms) {
        if (terms.size() < 2) {
            throw new IllegalArgumentException("'and' and 'or' need two terms, got " + terms);
        }
        return List.copyOf(terms);
    }
}
