// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.gatehouse.engine.policy.CompiledPolicy;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.feed.kubernetes.NodeReport;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Action;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a policy is worth on all nodes together: how many keep it how well, and the few that keep
/// it least. Its size does not grow with the nodes. Nodes with one kernel say the same of
/// themselves, so there are few groups of them.
final class NodeSum {
    private static final int MAX_WEAKEST = 10;
    private static final int MAX_RULES = 10;

    static final NodeSum NONE = new NodeSum(List.of(), Instant.EPOCH, "");

    private final Map<Map<String, Guarantee>, List<String>> groups = new LinkedHashMap<>();
    private int told;
    private int silent;
    private int behind;

    /// @param revision of the policies as they are
    NodeSum(List<NodeReport> reports, Instant now, String revision) {
        for (var report : reports) {
            if (!report.isFresh(now)) {
                silent++;
                continue;
            }
            told++;
            if (!report.revision().equals(revision)) {
                behind++;
            }
            groups.computeIfAbsent(report.guarantees(), _ -> new ArrayList<>()).add(report.node());
        }
    }

    private record Weak(String node, Guarantee guarantee, List<String> rules) {}

    /// As the status of a policy has it; absent where no node keeps anything of it, or none has told.
    Optional<Map<String, Object>> of(CompiledPolicy policy) {
        if (policy.kernel().isEmpty() || told + silent == 0) {
            return Optional.empty();
        }
        var rules = policy.kernel().get().demands().stream()
                .filter(demand -> demand.action() != Action.REPORT)
                .map(Demand::rule)
                .distinct()
                .toList();
        var counts = new EnumMap<Guarantee, Integer>(Guarantee.class);
        var weak = new ArrayList<Weak>();
        groups.forEach((guarantees, nodes) -> {
            var byWorth = new TreeMap<Guarantee, List<String>>();
            rules.forEach(rule -> byWorth.computeIfAbsent(
                            guarantees.getOrDefault(rule, Guarantee.REPORTED), _ -> new ArrayList<>())
                    .add(rule));
            var worst = byWorth.isEmpty() ? Guarantee.REPORTED : byWorth.lastKey();
            counts.merge(worst, nodes.size(), Integer::sum);
            if (worst != Guarantee.PREVENTED && !byWorth.isEmpty()) { // else it asks for no more
                var least = byWorth.get(worst).stream().limit(MAX_RULES).toList();
                nodes.stream().sorted().limit(MAX_WEAKEST).forEach(node -> weak.add(new Weak(node, worst, least)));
            }
        });
        var status = new LinkedHashMap<String, Object>();
        status.put("told", told);
        status.put("silent", silent);
        status.put("behind", behind);
        for (var guarantee : Guarantee.values()) {
            status.put(guarantee.text(), counts.getOrDefault(guarantee, 0));
        }
        var weakest = weak.stream()
                .sorted(Comparator.comparing(Weak::guarantee).reversed().thenComparing(Weak::node))
                .limit(MAX_WEAKEST)
                .map(one -> (Object)
                        Map.of("node", one.node(), "guarantee", one.guarantee().text(), "rules", one.rules()))
                .toList();
        if (!weakest.isEmpty()) {
            status.put("weakest", weakest);
        }
        return Optional.of(status);
    }

    int told() {
        return told;
    }

    int silent() {
        return silent;
    }

    int behind() {
        return behind;
    }
}
