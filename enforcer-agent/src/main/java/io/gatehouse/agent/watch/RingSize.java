// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import java.util.concurrent.TimeUnit;

/// How large the ring should be: twice as large once it is nearly full or something was lost, half as large after a
/// minute in which hardly any of it was used. Takes the clock's word for it; belongs to the thread that reads.
final class RingSize {
    private static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int CALM_PART = 16;

    private final int least;
    private int most;
    private long calmSince;
    private long fullest;
    private long lost;

    RingSize(int least, int most, long nanos) {
        this.least = least;
        this.most = most;
        this.calmSince = nanos;
    }

    /// @param bytes of the ring now
    /// @param waiting bytes in it that are not read yet
    /// @param lostEver records that found no room, since the start
    /// @return bytes it should have
    int next(int bytes, long waiting, long lostEver, long nanos) {
        fullest = Math.max(fullest, waiting);
        if (waiting > bytes / 4L * 3 || lostEver > lost) {
            lost = lostEver;
            startOver(nanos);
            return bytes < most ? bytes * 2 : bytes;
        }
        if (nanos - calmSince < CALM_NANOS) {
            return bytes;
        }
        boolean calm = fullest < bytes / CALM_PART;
        startOver(nanos);
        return calm && bytes > least ? bytes / 2 : bytes;
    }

    private void startOver(long nanos) {
        calmSince = nanos;
        fullest = 0;
    }

    /// The kernel has no memory for a larger one, so it stays at this.
    void refused(int bytes) {
        most = Math.max(least, bytes);
    }
}
