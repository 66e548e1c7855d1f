// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.detect.DetectOptions.Losses.Action;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.schemas.alert.RuleAlert;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Looks once a second at what was lost, and says when it is too much, as Falco does under `syscall_event_drops`.
/// Time is an argument. Belongs to one thread.
final class LossWatch {
    static final String RULE = "Falco internal: syscall event drop";
    private static final String PRIORITY = "Debug";

    private final DetectOptions.Losses options;
    private final AlertStyle style;
    private final TokenBucket bucket;
    private final Map<Loss, Long> before = new EnumMap<>(Loss.class);
    private long eventsBefore;
    private long heldBack;

    /// What is to be done.
    ///
    /// @param text one sentence
    /// @param alert present if one is to be raised
    record Finding(String text, boolean log, Optional<RuleAlert> alert, boolean exit) {}

    LossWatch(DetectOptions.Losses options, AlertStyle style, long nowNanos) {
        this.options = options;
        this.style = style;
        this.bucket = new TokenBucket(options.perSecond(), options.burst(), nowNanos);
    }

    /// @param events that reached the agent since the start
    /// @param lost since the start, by cause
    /// @param nowNanos of the clock that was given at first
    Optional<Finding> look(long events, Map<Loss, Long> lost, long nowNanos, Instant time) {
        var news = new EnumMap<Loss, Long>(Loss.class);
        long all = 0;
        for (var cause : Loss.values()) {
            long now = lost.getOrDefault(cause, 0L);
            long more = now - before.getOrDefault(cause, 0L);
            before.put(cause, now);
            news.put(cause, more);
            all += more;
        }
        long seen = events - eventsBefore + all;
        eventsBefore = events;
        if (all == 0 || (double) all / seen <= options.threshold()) {
            return Optional.empty();
        }
        if (!bucket.take(nowNanos)) {
            heldBack++;
            return Optional.empty();
        }
        var text = RULE + ". " + all + " system calls dropped in last second.";
        boolean ignore = options.actions().contains(Action.IGNORE);
        return Optional.of(new Finding(
                text,
                !ignore && options.actions().contains(Action.LOG),
                !ignore && options.actions().contains(Action.ALERT)
                        ? Optional.of(alert(text, seen, all, news, time))
                        : Optional.empty(),
                !ignore && options.actions().contains(Action.EXIT)));
    }

    /// How often the limit over time kept it silent.
    long heldBack() {
        return heldBack;
    }

    private RuleAlert alert(String text, long seen, long all, Map<Loss, Long> news, Instant time) {
        var fields = new TreeMap<String, String>();
        fields.put("ebpf_enabled", "1");
        fields.put("n_evts", Long.toString(seen));
        fields.put("n_drops", Long.toString(all));
        long ofBuffer = 0;
        for (var cause : Loss.values()) {
            fields.put(cause.field(), Long.toString(news.get(cause)));
            ofBuffer += cause.isOfBuffer() ? news.get(cause) : 0;
        }
        fields.put("n_drops_buffer_total", Long.toString(ofBuffer));
        fields.put("n_drops_buffer_close_exit", "0"); // no rule follows closes here, so none is told
        fields.put("n_drops_page_faults", "0"); // memory is read when the call returns, and what could not be is told
        return InternalAlerts.of(RULE, PRIORITY, text, fields, style, time);
    }
}
