// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Asks every rule and allows nothing, in audit mode: under it every act that a policy could speak of is a breach.
final class StrictestPolicy {
    /// Files whose reading is worth a rule. All reads would be too many, and a policy names only those that it forbids.
    static final List<String> SENSITIVE = List.of(
            "/etc/shadow",
            "/etc/gshadow",
            "/etc/sudoers",
            "/etc/ssl/private/",
            "/etc/kubernetes/",
            "/root/.ssh/",
            "/root/.aws/",
            "/root/.kube/",
            "/root/.docker/",
            "/run/secrets/",
            "/var/run/secrets/kubernetes.io/",
            "/var/lib/kubelet/",
            "/proc/kcore");

    /// Names nothing: an empty list would ask nothing.
    private static final String NO_PROGRAM = "/proc/self/no-program";

    /// The place of the policy about package managers, which tells them from shells: both breach one rule.
    static final int PACKAGE_MANAGERS = 1;

    private StrictestPolicy() {}

    static Snapshot snapshot() {
        return new Snapshot(
                "learning",
                List.of(
                        policy("gatehouse-learn-all", everything()),
                        policy("gatehouse-learn-package-managers", packageManagers())));
    }

    private static WorkloadPolicy policy(String name, RuntimeSection section) {
        return new WorkloadPolicy(
                PolicyName.cluster(name), Mode.AUDIT, Match.ALL, List.of(), Optional.empty(), Optional.of(section));
    }

    private static RuntimeSection everything() {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : Ban.values()) {
            bans.put(ban, Action.DENY);
        }
        return new RuntimeSection(
                Optional.of(new Processes(
                        List.of(NO_PROGRAM),
                        List.of(),
                        true,
                        true,
                        false,
                        Optional.of(new Interpreters(true, List.of())),
                        Action.DENY)),
                Optional.of(new Memory(true, List.of(), Action.DENY)),
                Optional.of(new Writes(true, true, List.of(), List.of(), Action.DENY)),
                Optional.of(new Reads(SENSITIVE, Action.DENY)),
                Optional.of(new Network(
                        Optional.of(List.of()),
                        List.of(),
                        Optional.of(List.of()),
                        Optional.of(List.of()),
                        Action.DENY)),
                bans);
    }

    private static RuntimeSection packageManagers() {
        return new RuntimeSection(
                Optional.of(new Processes(List.of(), List.of(), false, false, true, Optional.empty(), Action.DENY)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }
}
