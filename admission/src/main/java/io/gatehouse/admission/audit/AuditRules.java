// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import io.gatehouse.engine.format.AlertPrinter;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RulePrinter;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.field.Field.Source;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The rules over audit events of one snapshot, compiled. Belongs to one thread.
final class AuditRules {
    private static final long NANOS = 1_000_000_000L;

    private final Snapshot snapshot;
    private final Matcher<JsonEvent> matcher;
    private final int count;
    private final Map<Rule, AlertPrinter<JsonEvent>> printers = new HashMap<>();

    AuditRules(Snapshot snapshot, AlertStyle style, OutputAdditions additions) {
        this.snapshot = snapshot;
        var readers = new JsonReaders(style.zone(), style.hostname());
        var plan = MatchPlan.compile(snapshot.rules().rules(), Source.K8S_AUDIT, readers);
        this.count = plan.rules().size();
        this.matcher = plan.matcher(snapshot.rules().matching());
        for (var rule : plan.rules()) {
            printers.put(rule, RulePrinter.of(rule, snapshot.rules(), additions, readers, style));
        }
    }

    /// By identity: the feed makes a new snapshot for every change.
    boolean areOf(Snapshot other) {
        return snapshot == other;
    }

    int count() {
        return count;
    }

    void match(JsonEvent event, Consumer<RuleAlert> alerts) {
        matcher.match(event, 0, (rule, matched) -> alerts.accept(alert(rule, matched)));
    }

    private RuleAlert alert(Rule rule, JsonEvent event) {
        var printer = printers.get(rule);
        long nanos = event.timeNanos();
        return new RuleAlert(
                Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)),
                rule.name(),
                rule.priority().label(),
                "k8s_audit",
                rule.tags(),
                printer.text(event),
                printer.json(event),
                AuditEvent.user(event.document()),
                "",
                Optional.empty());
    }
}
