// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.events.live.LiveRecord;
import java.util.Arrays;

/// Keys that were found to matter to no rule a moment ago. Until the kernel knows of one, more events of it are on
/// their way, thousands in a busy loop; they are let go by without being looked at, as the kernel would have kept them
/// back. As old as keys of the kernel may get, and as many as fit: a new one takes an old one's place.
final class RecentKeys {
    private static final int PLACES = 4096;
    private static final int BYTES = 128;
    private static final long OLDEST_NANOS = 30_000_000_000L;

    private final byte[] keys = new byte[PLACES * BYTES];
    private final long[] writtenNanos = new long[PLACES];

    /// Whether the record's own key was added, not too long before the record.
    boolean has(LiveRecord record) {
        int at = record.offset(LiveRecord.SIEVE_KEY);
        if (at < 0 || record.length(LiveRecord.SIEVE_KEY) != BYTES || record.is(LiveRecord.FACT_CGROUP_NEW)) {
            return false; // the key of a group that nobody has placed says host, and is not
        }
        int place = place(record, at);
        long written = writtenNanos[place];
        return written != 0
                && record.timeNanos() - written < OLDEST_NANOS
                && Arrays.equals(keys, place * BYTES, (place + 1) * BYTES, record.bytes(), at, at + BYTES);
    }

    void add(LiveRecord record) {
        int at = record.offset(LiveRecord.SIEVE_KEY);
        int place = place(record, at);
        System.arraycopy(record.bytes(), at, keys, place * BYTES, BYTES);
        writtenNanos[place] = record.timeNanos();
    }

    private static int place(LiveRecord record, int at) {
        long hash = 0;
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            hash = (hash ^ record.i64(at + i)) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 32;
        }
        return (int) (hash & PLACES - 1);
    }
}
