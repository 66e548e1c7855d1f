// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import io.gatehouse.schemas.act.RecordedAct;
import java.time.Instant;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/// Why an entry is in a learned policy.
///
/// @param by the programs that did it, at most a few of them
/// @param more programs that are not in `by`
/// @param example one of the acts, in words; empty where the entry says it all
public record Evidence(Instant first, long count, SortedSet<String> by, int more, String example) {
    private static final int MAX_BY = 3;

    static Evidence of(Collection<RecordedAct> acts) {
        var first = acts.iterator().next().first();
        long count = 0;
        var by = new TreeSet<String>();
        for (var act : acts) {
            first = act.first().isBefore(first) ? act.first() : first;
            count += act.count();
            by.add(act.by());
        }
        var shown = new TreeSet<String>();
        by.stream().limit(MAX_BY).forEach(shown::add);
        return new Evidence(first, count, shown, by.size() - shown.size(), "");
    }

    Evidence with(String words) {
        return new Evidence(first, count, by, more, words);
    }
}
