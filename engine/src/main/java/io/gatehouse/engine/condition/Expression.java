// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Span;
import java.util.List;
import java.util.Optional;

/// A condition as it was written: grammar only, no name looked up but those of lists. Text in it is bytes
/// (see `engine.event`).
public sealed interface Expression {
    Span span();

    record And(List<Expression> terms, Span span) implements Expression {
        public And {
            terms = List.copyOf(terms);
        }
    }

    record Or(List<Expression> terms, Span span) implements Expression {
        public Or {
            terms = List.copyOf(terms);
        }
    }

    record Not(Expression term, Span span) implements Expression {}

    /// A name that stands alone: a macro.
    record Name(String name, Span span) implements Expression {}

    record Check(Term left, Operator operator, Optional<Condition.Quantifier> quantifier, Term right, Span span)
            implements Expression {}

    /// One side of a check.
    sealed interface Term {
        Span span();

        record FieldUse(String name, Optional<String> argument, Span span) implements Term {}

        /// @param argument what stands in brackets after it: `getopt(proc.args, "f:")[f]`
        record Call(String transformer, List<Term> arguments, Optional<String> argument, Span span) implements Term {
            public Call {
                arguments = List.copyOf(arguments);
            }
        }

        /// `(proc.name, proc.pname, "-")` among a transformer's arguments.
        record Group(List<Term> terms, Span span) implements Term {
            public Group {
                terms = List.copyOf(terms);
            }
        }

        /// @param text unescaped, as bytes
        record Literal(String text, boolean quoted, Span span) implements Term {}

        /// `(a, b, c)`
        record Items(List<Literal> items, Span span) implements Term {
            public Items {
                items = List.copyOf(items);
            }
        }

        /// The right side of `exists`.
        record Nothing(Span span) implements Term {}
    }
}
