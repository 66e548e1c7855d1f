// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.state.Container;

/// Whose control groups are. Asked by the one thread that follows the records, for a group it has not been told of.
public interface Places {
    /// Knows none.
    Places NONE = (cgroupKey, tid, moment) -> Whose.UNKNOWN;

    /// What the asking task has just done.
    enum Moment {
        /// A program is in place, the first of the container perhaps: if it can be known whose it is, then now.
        RUNS_PROGRAM,
        /// Anything else: the answer may wait.
        ACTS
    }

    /// Whose a group is, [Container#HOST] for nobody's.
    sealed interface Whose {
        Whose UNKNOWN = new Unknown();

        /// That is not known, or was not looked at now: what was presumed before stands. It is asked again.
        record Unknown() implements Whose {}

        /// So far; a runtime that is still at work may tell more of it. It is asked again.
        record Presumed(Container container) implements Whose {}

        /// For good.
        record Settled(Container container) implements Whose {}
    }

    /// @param tid of a task in it
    Whose of(long cgroupKey, long tid, Moment moment);
}
