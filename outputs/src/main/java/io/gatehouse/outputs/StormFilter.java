// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lets the first alerts of a kind through and counts the rest, so that ten thousand repetitions a second do not bury
/// the one alert that matters.
///
/// Two limits hold per window. One is for the same program breaking the same rule in the same container. The other is
/// for all programs of a container together: a container that gives every binary a new name would slip through the
/// first. An alert with another mode or verdict is another kind, so the first denial after a switch from audit to
/// enforce is always seen.
///
/// Pure but for its memory: time is an argument. Not safe for threads.
final class StormFilter {
    /// Per limit. Beyond it new kinds pass unfiltered by that limit; the queues' bounds still hold.
    static final int MAX_KINDS = 4096;

    /// @param window how long a kind is counted, from its first alert
    /// @param sameProgram alerts of one program, rule and container that pass in a window
    /// @param sameContainer alerts of one rule and container that pass in a window
    record Limits(Duration window, int sameProgram, int sameContainer) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), 10, 100);

        Limits {
            if (window.isNegative() || window.isZero() || sameProgram < 1 || sameContainer < sameProgram) {
                throw new IllegalArgumentException(
                        "no limits for a storm: " + window + ", " + sameProgram + ", " + sameContainer);
            }
        }
    }

    /// @param gatePod at the gate, where there is no container yet
    /// @param exe absent for the limit over all programs of a container
    private record Kind(
            PolicyName policy,
            String rule,
            Mode mode,
            Verdict verdict,
            Optional<String> containerId,
            Optional<Alert.PodFacts> gatePod,
            Optional<String> exe) {}

    private static final class Window {
        private final Instant since;
        private final Optional<Alert.ContainerFacts> container;
        private final Optional<Alert.PodFacts> pod;
        private int passed;
        private long suppressed;

        private Window(Instant since, Alert first) {
            this.since = since;
            this.container = first.container();
            this.pod = first.pod();
        }
    }

    private final Limits limits;
    // In order of their windows' starts, as all windows are equally long: what is due stands first.
    private final Map<Kind, Window> programs = new LinkedHashMap<>();
    private final Map<Kind, Window> containers = new LinkedHashMap<>();
    private long suppressed;

    StormFilter(Limits limits) {
        this.limits = limits;
    }

    /// What is to be written because of this alert, in order: what was suppressed in windows now over, the alert.
    List<Entry> accept(Alert alert, Instant now) {
        var entries = due(now);
        var containerId = alert.container().map(Alert.ContainerFacts::id);
        var exe = Optional.of(alert.process().map(Alert.ProcessFacts::exe).orElse(""));
        if (passes(programs, kind(alert, containerId, exe), limits.sameProgram(), alert, now)
                && passes(containers, kind(alert, containerId, Optional.empty()), limits.sameContainer(), alert, now)) {
            entries.add(new Entry.Raised(alert));
        } else {
            suppressed++;
        }
        return entries;
    }

    private static Kind kind(Alert alert, Optional<String> containerId, Optional<String> exe) {
        var gatePod = containerId.isPresent() ? Optional.<Alert.PodFacts>empty() : alert.pod();
        return new Kind(alert.policy(), alert.rule(), alert.mode(), alert.verdict(), containerId, gatePod, exe);
    }

    private static boolean passes(Map<Kind, Window> windows, Kind kind, int limit, Alert alert, Instant now) {
        var window = windows.get(kind);
        if (window == null) {
            if (windows.size() >= MAX_KINDS) {
                return true;
            }
            window = new Window(now, alert);
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
        return close(now, now.minus(limits.window()));
    }

    /// What was suppressed so far, whether its window is over or not.
    List<Entry> rest(Instant now) {
        return close(now, Instant.MAX);
    }

    private List<Entry> close(Instant now, Instant startedBy) {
        var entries = new ArrayList<Entry>();
        for (var windows : List.of(programs, containers)) {
            var all = windows.entrySet().iterator();
            while (all.hasNext()) {
                var entry = all.next();
                var since = entry.getValue().since;
                // A window that starts in the future is over as well: the clock was set back.
                if (since.isAfter(startedBy) && !since.isAfter(now)) {
                    break;
                }
                told(entry.getKey(), entry.getValue(), now).ifPresent(entries::add);
                all.remove();
            }
        }
        return entries;
    }

    private static Optional<Entry> told(Kind kind, Window window, Instant now) {
        return window.suppressed == 0
                ? Optional.empty()
                : Optional.of(new Entry.Suppressed(
                        now,
                        window.since,
                        window.suppressed,
                        kind.policy(),
                        kind.rule(),
                        kind.mode(),
                        kind.verdict(),
                        window.container,
                        window.pod,
                        kind.exe().filter(exe -> !exe.isEmpty())));
    }

    /// Alerts suppressed since the start.
    long suppressed() {
        return suppressed;
    }
}
