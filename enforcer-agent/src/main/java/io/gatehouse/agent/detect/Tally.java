// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// What the detector counts. Written by its thread alone, without locks; any thread may read.
final class Tally {
    private static final int BUCKETS = 28; // the last begins at about two minutes
    private static final long NANOS_PER_MICRO = 1_000;

    private final AtomicLong events = new AtomicLong();
    private final AtomicLong alerts = new AtomicLong();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Map<String, AtomicLong> matches = new ConcurrentHashMap<>();
    private final AtomicLongArray latency = new AtomicLongArray(BUCKETS);

    void event() {
        more(events);
    }

    void alert() {
        more(alerts);
    }

    void key() {
        more(keys);
    }

    void failure() {
        more(failures);
    }

    void match(String rule) {
        more(matches.computeIfAbsent(rule, _ -> new AtomicLong()));
    }

    void latency(long nanos) {
        long micros = Math.max(0, nanos) / NANOS_PER_MICRO;
        int bucket = Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(micros));
        latency.lazySet(bucket, latency.getPlain(bucket) + 1);
    }

    private static void more(AtomicLong count) {
        count.lazySet(count.getPlain() + 1);
    }

    long events() {
        return events.get();
    }

    long alerts() {
        return alerts.get();
    }

    long keys() {
        return keys.get();
    }

    long failures() {
        return failures.get();
    }

    Map<String, Long> matches() {
        var copy = new HashMap<String, Long>();
        matches.forEach((rule, count) -> copy.put(rule, count.get()));
        return copy;
    }

    DetectCounts.Latency latency() {
        var buckets = new ArrayList<Long>(BUCKETS);
        for (int i = 0; i < BUCKETS; i++) {
            buckets.add(latency.get(i));
        }
        return new DetectCounts.Latency(buckets);
    }
}
