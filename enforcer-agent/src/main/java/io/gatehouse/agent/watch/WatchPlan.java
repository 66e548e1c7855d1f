// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What the kernel is to tell. Immutable.
///
/// @param calls by the kernel's number, plus 512 for the 32-bit entry
/// @param processes whether new tasks, new programs and ends of tasks are told
/// @param unseen codes of events that are asked for and that no program tells of
public record WatchPlan(Map<Integer, WatchCall> calls, boolean processes, Set<Integer> unseen) {
    public static final WatchPlan NOTHING = new WatchPlan(Map.of(), false, Set.of());

    public WatchPlan {
        calls = Collections.unmodifiableMap(new TreeMap<>(calls));
        unseen = Collections.unmodifiableSet(new TreeSet<>(unseen));
    }

    /// The names of the calls that must be heard.
    Set<String> callNames() {
        return calls.values().stream().map(WatchCall::name).collect(Collectors.toUnmodifiableSet());
    }
}
