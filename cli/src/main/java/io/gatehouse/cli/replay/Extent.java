// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.events.state.Scene;

/// How far is to be read: so many events that pass, or so long after the first. Belongs to one thread.
final class Extent {
    private final long most;
    private final long seconds;
    private long passed;
    private long first = -1;

    /// @param seconds 0 for any
    Extent(long most, long seconds) {
        this.most = most;
        this.seconds = seconds;
    }

    /// Whether the time was over before this event, by the events' clock.
    boolean ended(Scene scene) {
        long now = scene.event().timeNanos();
        first = first < 0 ? now : first;
        return seconds > 0 && now - first > seconds * 1_000_000_000;
    }

    /// Another event has passed.
    ///
    /// @return whether there may be more
    boolean goesOn() {
        return ++passed < most;
    }
}
