// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.state.Container;
import java.util.Optional;

/// Whose control groups are. Asked by the one thread that follows the records, for a group it has not been told of.
public interface Places {
    /// Knows none.
    Places NONE = (cgroupKey, tid, moment) -> Optional.empty();

    /// What the asking task has just done.
    enum Moment {
        /// A program is in place, the first of the container perhaps: if it can be known whose it is, then now.
        RUNS_PROGRAM,
        /// Anything else: the answer may wait.
        ACTS
    }

    /// @param tid of a task in it
    /// @return [Container#HOST] for none; empty while it is not known, then it is asked again
    Optional<Container> of(long cgroupKey, long tid, Moment moment);
}
