// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Arrays;

/// Finds the row of an event's value in a table that was made for one question.
abstract class Lookup<E> {
    /// Row of a value that is not there, where a table knows missing values.
    static final int MISSING = 0;

    abstract int row(E event, Scratch scratch);

    /// Rows are intervals between the numbers that rules name; the first holds
    /// [io.gatehouse.engine.event.Reader#MISSING] alone.
    static final class OfNumber<E> extends Lookup<E> {
        private final NumberValue<E> value;
        private final long[] starts;

        OfNumber(NumberValue<E> value, long[] starts) {
            this.value = value;
            this.starts = starts;
        }

        @Override
        int row(E event, Scratch scratch) {
            return find(starts, value.read(event, scratch));
        }

        /// The last start that is not above the number.
        static int find(long[] starts, long number) {
            if (starts.length > 8) {
                int found = Arrays.binarySearch(starts, number);
                return found >= 0 ? found : -found - 2;
            }
            int row = starts.length - 1;
            while (starts[row] > number) {
                row--;
            }
            return row;
        }
    }

    static final class OfText<E> extends Lookup<E> {
        private final TextValue<E> value;
        private final TextTable table;
        private final int slot;

        OfText(TextValue<E> value, TextTable table, int slot) {
            this.value = value;
            this.table = table;
            this.slot = slot;
        }

        @Override
        int row(E event, Scratch scratch) {
            var text = value.read(event, scratch);
            if (text == null) {
                return MISSING;
            }
            if (scratch.lookedUp[slot] == text) {
                return scratch.rows[slot];
            }
            int row = table.row(text);
            scratch.lookedUp[slot] = text;
            scratch.rows[slot] = row;
            return row;
        }
    }

    /// Rows 0 and 1: it does not hold, it holds.
    static final class OfTerm<E> extends Lookup<E> {
        private final Test<E> test;

        OfTerm(Test<E> test) {
            this.test = test;
        }

        @Override
        int row(E event, Scratch scratch) {
            return test.holds(event, scratch) ? 1 : 0;
        }
    }
}
