// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.agent;

import io.gatehouse.agent.watch.WatchPlan;
import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.cli.config.SettingsText;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.field.Field.Source;
import java.util.List;
import java.util.TreeSet;

/// What an agent would do, without doing it.
public final class DryRun {
    private DryRun() {}

    public static String text(AgentSettings settings, Snapshot snapshot) {
        var out = new StringBuilder("settings\n").append(SettingsText.of(settings));
        var judged = judged(snapshot);
        out.append("rules\n");
        line(
                out,
                "in force",
                judged.size() + " of " + snapshot.rules().rules().size() + ", "
                        + snapshot.rules().digest());
        line(out, "policies", snapshot.policies().size() + ", " + snapshot.digest());
        snapshot.responses()
                .all()
                .forEach(response -> line(out, "response", response.name().name()));
        attached(out, WatchPlan.of(KernelFilter.of(judged)));
        return out.toString();
    }

    /// The rules that take part on a node.
    private static List<Rule> judged(Snapshot snapshot) {
        return snapshot.rules().rules().stream()
                .filter(rule -> rule.enabled() && rule.source() == Source.SYSCALL)
                .toList();
    }

    private static void attached(StringBuilder out, WatchPlan plan) {
        out.append("would be heard\n");
        line(out, "processes", plan.processes() ? "new tasks, new programs, ends" : "nothing");
        var names = new TreeSet<String>();
        plan.calls()
                .keySet()
                .forEach(index -> names.add(CallTable.current().byIndex(index).name()));
        line(out, "system calls", names.isEmpty() ? "none" : String.join(" ", names));
        plan.unseen()
                .forEach(code -> line(
                        out,
                        "not to be had",
                        "events " + EventTable.current().byCode(code).name()));
    }

    private static void line(StringBuilder out, String what, Object value) {
        out.append("  %-18s %s".formatted(what, value)).append('\n');
    }
}
