// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import java.util.List;
import java.util.Objects;

/// A condition of which a [TermPool] holds only one object: equal terms are the same term.
sealed interface Term {

    /// What is decided without looking at an event.
    enum Fixed implements Term {
        TRUE,
        FALSE;

        static Fixed of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    final class Leaf implements Term {
        final Check check;
        private final int hash;

        Leaf(Check check) {
            this.check = check;
            this.hash = check.hashCode(); // a check may hold a list of hundreds
        }

        @Override
        public boolean equals(Object other) {
            return other == this || other instanceof Leaf leaf && hash == leaf.hash && check.equals(leaf.check);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    final class Not implements Term {
        final Term term;

        Not(Term term) {
            this.term = term;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Not not && term == not.term;
        }

        @Override
        public int hashCode() {
            return ~term.hashCode();
        }
    }

    /// Two terms or more that all must hold.
    final class All extends Several {
        All(List<Term> terms) {
            super(terms, 17);
        }
    }

    /// Two terms or more of which one must hold.
    final class Any extends Several {
        Any(List<Term> terms) {
            super(terms, 19);
        }
    }

    abstract sealed class Several implements Term permits All, Any {
        final List<Term> terms;
        private final int hash;

        private Several(List<Term> terms, int seed) {
            this.terms = List.copyOf(terms);
            this.hash = Objects.hash(seed, terms);
        }

        @Override
        public boolean equals(Object other) {
            if (other == this) {
                return true;
            }
            if (!(other instanceof Several several)
                    || several.getClass() != getClass()
                    || several.hash != hash
                    || several.terms.size() != terms.size()) {
                return false;
            }
            for (int i = 0; i < terms.size(); i++) {
                if (terms.get(i) != several.terms.get(i)) { // the parts are pooled already
                    return false;
                }
            }
            return true;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
