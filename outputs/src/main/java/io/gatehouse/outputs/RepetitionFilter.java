// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.RuleAlert;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lets the first alerts of one rule, program and container through and counts the rest of a window. Off unless it is
/// given a limit: who comes from Falco expects each alert. An alert that a response answered always passes.
///
/// Pure but for its memory: time is an argument. Not safe for threads.
final class RepetitionFilter {
    /// Beyond it new kinds pass unfiltered.
    static final int MAX_KINDS = 4096;

    private record Kind(String rule, String priority, String program, String container) {}

    private static final class Window {
        private final Instant since;
        private int passed;
        private long suppressed;

        private Window(Instant since) {
            this.since = since;
        }
    }

    private final Duration length;
    private final int limit;
    // In order of their starts, as all windows are equally long.
    private final Map<Kind, Window> windows = new LinkedHashMap<>();
    private long suppressed;

    /// @param limit of one kind in a window; 0 lets everything pass
    RepetitionFilter(Duration length, int limit) {
        this.length = length;
        this.limit = limit;
    }

    /// What is to be written because of this alert, in order.
    List<Entry> accept(RuleAlert alert, Instant now) {
        if (limit == 0) {
            return List.of(new Entry.Matched(alert));
        }
        var entries = due(now);
        if (alert.response().isPresent() || passes(alert, now)) {
            entries.add(new Entry.Matched(alert));
        } else {
            suppressed++;
        }
        return entries;
    }

    private boolean passes(RuleAlert alert, Instant now) {
        var kind = new Kind(alert.rule(), alert.priority(), alert.program(), alert.container());
        var window = windows.get(kind);
        if (window == null) {
            if (windows.size() >= MAX_KINDS) {
                return true;
            }
            window = new Window(now);
            windows.put(kind, window);
        }
        if (window.passed < limit) {
            window.passed++;
            return true;
        }
        window.suppressed++;
        return false;
    }

    /// What was suppressed in windows that are over.
    List<Entry> due(Instant now) {
        return close(now, now.minus(length));
    }

    /// What was suppressed so far, whether its window is over or not.
    List<Entry> rest(Instant now) {
        return close(now, Instant.MAX);
    }

    private List<Entry> close(Instant now, Instant startedBy) {
        var entries = new ArrayList<Entry>();
        var all = windows.entrySet().iterator();
        while (all.hasNext()) {
            var entry = all.next();
            var window = entry.getValue();
            // A window that starts in the future is over as well: the clock was set back.
            if (window.since.isAfter(startedBy) && !window.since.isAfter(now)) {
                break;
            }
            if (window.suppressed > 0) {
                var kind = entry.getKey();
                entries.add(new Entry.SuppressedMatches(
                        now,
                        window.since,
                        window.suppressed,
                        kind.rule(),
                        kind.priority(),
                        kind.program(),
                        kind.container()));
            }
            all.remove();
        }
        return entries;
    }

    /// Alerts suppressed since the start.
    long suppressed() {
        return suppressed;
    }
}
