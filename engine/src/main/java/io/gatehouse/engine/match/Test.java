// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// A term, ready to be asked of events. A class and not an interface, because calls through a class are
/// cheaper where there are many kinds of tests.
abstract class Test<E> {
    abstract boolean holds(E event, Scratch scratch);

    static final class All<E> extends Test<E> {
        private final Test<E>[] parts;

        All(Test<E>[] parts) {
            this.parts = parts;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            for (var part : parts) {
                if (!part.holds(event, scratch)) {
                    return false;
                }
            }
            return true;
        }
    }

    static final class Any<E> extends Test<E> {
        private final Test<E>[] parts;

        Any(Test<E>[] parts) {
            this.parts = parts;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            for (var part : parts) {
                if (part.holds(event, scratch)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class Not<E> extends Test<E> {
        private final Test<E> part;

        Not(Test<E> part) {
            this.part = part;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            return !part.holds(event, scratch);
        }
    }

    static final class Fixed<E> extends Test<E> {
        private final boolean answer;

        Fixed(boolean answer) {
            this.answer = answer;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            return answer;
        }
    }

    /// Asks another test once an event.
    static final class Memo<E> extends Test<E> {
        private final Test<E> test;
        private final int slot;

        Memo(Test<E> test, int slot) {
            this.test = test;
            this.slot = slot;
        }

        @Override
        boolean holds(E event, Scratch scratch) {
            int memo = scratch.memos[slot];
            if (memo >>> 1 == scratch.stamp) {
                return (memo & 1) != 0;
            }
            boolean answer = test.holds(event, scratch);
            scratch.memos[slot] = scratch.stamp << 1 | (answer ? 1 : 0);
            return answer;
        }
    }
}
