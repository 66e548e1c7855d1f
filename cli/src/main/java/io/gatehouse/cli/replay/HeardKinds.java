// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.agent.watch.WatchPlan;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.events.capture.CaptureCopy;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.EventTable;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What of a running kernel has to be heard for a filter.
final class HeardKinds {
    private HeardKinds() {}

    /// Whoever prints asks for no more than the filter can need: every record brings what is known of its task and its
    /// file.
    ///
    /// @param filter absent: everything passes
    static WatchPlan toPrint(Optional<Rule> filter) {
        return filter.map(rule -> WatchPlan.of(KernelFilter.of(List.of(rule)))).orElseGet(WatchPlan::everything);
    }

    /// A file is read without the kernel, so whatever changes the state has to be in it, too.
    static WatchPlan toWrite(Optional<Rule> filter) {
        if (filter.isEmpty()) {
            return WatchPlan.everything();
        }
        var needs = new TreeMap<>(KernelFilter.of(List.of(filter.get())).needs());
        for (var type : EventTable.current().all()) {
            if (CaptureCopy.changesState(type)
                    && !CallTable.current().ofEvent(type.code()).isEmpty()) {
                needs.put(type.code(), List.of(KernelNeed.NONE));
            }
        }
        return WatchPlan.of(new KernelFilter(needs));
    }
}
