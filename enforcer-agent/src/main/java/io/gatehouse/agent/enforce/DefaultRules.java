// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelRules.Masks;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The rules of containers that start while no agent lives: what policies that select every container ask and that
/// needs nobody to look at the container. Of enforcing policies alone: nobody would hear a report.
///
/// @param policies whose bits the masks hold
record DefaultRules(List<WorkloadPolicy> policies, List<Masks> masks) {
    /// Not mounts, namespaces and bpf: a new agent's own container needs them before it is known.
    private static final Set<RuntimeRule> WITHOUT_A_LOOK = Set.of(
            RuntimeRule.PROCESS_FROM_IMAGE,
            RuntimeRule.WRITE_ROOT,
            RuntimeRule.MEMORY,
            RuntimeRule.PTRACE,
            RuntimeRule.CAPABILITIES,
            RuntimeRule.MODULES,
            RuntimeRule.IO_URING,
            RuntimeRule.DEVICES);

    private static final int MAX_POLICIES = 32;

    static final DefaultRules NONE = new DefaultRules(List.of(), List.of());

    static DefaultRules of(Snapshot snapshot, KernelSide kernel, LocalDate today) {
        var policies = snapshot.forNode(today).stream()
                .filter(policy -> isForAll(policy) && !snapshot.isExempted(policy))
                .limit(MAX_POLICIES)
                .toList();
        var masks = new ArrayList<Masks>();
        int asked = 0;
        for (var rule : RuntimeRule.values()) {
            int deny = 0;
            int kill = 0;
            for (int bit = 0; bit < policies.size(); bit++) {
                var section = policies.get(bit).runtime().orElseThrow();
                var action = rule.asked(section);
                if (action.isEmpty() || !WITHOUT_A_LOOK.contains(rule) || namesFiles(rule, section)) {
                    continue;
                }
                if (!kernel.keeps(rule)) {
                    continue;
                }
                switch (action.get()) {
                    case REPORT -> {}
                    case DENY -> deny |= 1 << bit;
                    case KILL -> kill |= 1 << bit;
                }
            }
            masks.add(new Masks(0, deny, kill));
            asked |= deny | kill;
        }
        return asked == 0 ? NONE : new DefaultRules(policies, masks);
    }

    private static boolean isForAll(WorkloadPolicy policy) {
        return policy.runtime().isPresent()
                && policy.mode() == Mode.ENFORCE
                && policy.exempt().isEmpty()
                && !policy.rollout().namespaceModes().contains(Mode.AUDIT) // the container's may have chosen it
                && policy.name().namespace().isEmpty()
                && policy.match().equals(Match.ALL);
    }

    /// Where some files are allowed, the rule would refuse them unlooked at.
    private static boolean namesFiles(RuntimeRule rule, RuntimeSection section) {
        return switch (rule) {
            case WRITE_ROOT ->
                section.writes().filter(w -> !w.allow().isEmpty()).isPresent();
            case MEMORY -> section.memory().filter(m -> !m.jit().isEmpty()).isPresent();
            default -> false;
        };
    }

    boolean isNone() {
        return policies.isEmpty();
    }
}
