// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.WatchCounter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How detection goes: numbers since the start, and what is in force.
///
/// @param rulesDigest of the rules in force
/// @param rules how many of them take part
/// @param events that were put to rules or to the state
/// @param matches by the name of the rule
/// @param alerts raised, those about losses among them
/// @param keysWritten to the kernel's sieve
/// @param kernel what the watching programs count
/// @param ringBytes of the ring in use
/// @param failures of our own: events that broke what handled them
/// @param latency from an act to its alert
public record DetectCounts(
        String rulesDigest,
        int rules,
        long events,
        Map<String, Long> matches,
        long alerts,
        long keysWritten,
        Map<WatchCounter, Long> kernel,
        int ringBytes,
        long failures,
        StateSizes state,
        Answers answers,
        Latency latency,
        List<String> gaps,
        String carrier) {
    public DetectCounts {
        matches = new TreeMap<>(matches);
        kernel = Map.copyOf(kernel);
        gaps = List.copyOf(gaps);
    }

    /// What is remembered of the machine, as of the last second, and what found no room.
    ///
    /// @param lost by what it was; a cause that never came up is absent
    public record StateSizes(long tasks, Map<String, Long> lost) {
        public static final StateSizes NONE = new StateSizes(0, Map.of());

        public StateSizes {
            lost = Map.copyOf(lost);
        }
    }

    /// What responses did.
    ///
    /// @param killed processes
    /// @param heldBack by the limit over time
    /// @param failed the process was gone, or none was known
    /// @param audited would have been done
    public record Answers(long killed, long heldBack, long failed, long audited) {
        public static final Answers NONE = new Answers(0, 0, 0, 0);
    }

    /// A histogram: bucket n counts what took less than 2^n microseconds and not less than half of that; the last one
    /// also what took longer.
    public record Latency(List<Long> buckets) {
        public Latency {
            buckets = List.copyOf(buckets);
        }

        public long count() {
            return buckets.stream().mapToLong(Long::longValue).sum();
        }

        /// The upper end of the bucket that holds this part of all, in microseconds; 0 where there is nothing.
        ///
        /// @param part 0 to 1
        public long quantileMicros(double part) {
            long wanted = (long) Math.ceil(count() * part);
            long seen = 0;
            for (int i = 0; i < buckets.size(); i++) {
                seen += buckets.get(i);
                if (seen >= wanted && seen > 0) {
                    return 1L << i;
                }
            }
            return 0;
        }
    }
}
