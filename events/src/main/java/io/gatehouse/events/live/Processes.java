// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.capture.ProcessEntry;
import java.util.List;
import java.util.Optional;

/// What /proc says of a thread that no record has told of. Asked rarely, by the one thread that follows the records.
public interface Processes {
    /// Knows nothing: what a record does not tell stays unknown.
    Processes NONE = new Processes() {
        @Override
        public Optional<Found> find(long tid) {
            return Optional.empty();
        }

        @Override
        public List<String> cgroups(long tid) {
            return List.of();
        }

        @Override
        public boolean isGone(long tid, long startNanos) {
            return false;
        }
    };

    /// @param startNanos since boot, cut to a tick of the clock
    record Found(ProcessEntry entry, long startNanos) {}

    /// Empty if it has ended.
    Optional<Found> find(long tid);

    /// Its control groups, `subsystem=path` each; empty if it has ended.
    List<String> cgroups(long tid);

    /// Whether no thread of this id is there, or one that started at another time.
    boolean isGone(long tid, long startNanos);
}
