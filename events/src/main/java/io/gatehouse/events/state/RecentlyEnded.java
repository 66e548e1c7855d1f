// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// The last tasks that ended. A child may end before its parent has returned from the clone that made it.
final class RecentlyEnded {
    private static final int SIZE = 1024;
    private static final long MOST_NANOS = 2_000_000_000L;

    private final LongMap<Long> timeByTask = new LongMap<>(SIZE);
    private final long[] ring = new long[SIZE];
    private int next;

    void add(long tid, long ptid, long timeNanos) {
        timeByTask.remove(ring[next]);
        ring[next] = key(tid, ptid);
        timeByTask.put(ring[next], timeNanos);
        next = (next + 1) % SIZE;
    }

    boolean has(long tid, long ptid, long timeNanos) {
        var then = timeByTask.get(key(tid, ptid));
        return then != null && timeNanos >= then && timeNanos - then < MOST_NANOS;
    }

    private static long key(long tid, long ptid) {
        return ptid << 32 | tid & 0xffffffffL;
    }
}
