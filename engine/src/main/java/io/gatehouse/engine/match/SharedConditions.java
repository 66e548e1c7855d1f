// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.event.Readers;

/// Conditions that are asked one by one, and of which only some are asked of an event: a [MatchPlan] would ask them
/// all. Fields are bound and tests are made once, and what several conditions say is asked once an event.
///
/// Conditions are added by one thread. What comes of it is immutable and may be asked by any.
public final class SharedConditions<E> {
    private final TermPool pool = new TermPool();
    private final Slots slots = new Slots();
    private final TestBuilder<E> tests;

    public SharedConditions(Readers<E> readers) {
        this.tests = new TestBuilder<>(new Values<>(new BoundReaders<>(readers), slots), new Estimate(), slots);
    }

    public Shared<E> add(Condition condition) {
        return new Shared<>(tests.of(pool.of(condition)), slots);
    }

    /// One of the conditions.
    public static final class Shared<E> {
        private final Test<E> test;
        private final Slots slots;

        private Shared(Test<E> test, Slots slots) {
            this.test = test;
            this.slots = slots;
        }

        public boolean holds(AskedEvent<E> event) {
            return test.holds(event.event(), event.scratch(slots));
        }
    }
}
