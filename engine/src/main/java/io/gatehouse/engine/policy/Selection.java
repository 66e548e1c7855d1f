// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;

/// Whether a policy is about a workload: its scope, its `match`, its exemptions, in that order.
final class Selection {
    private Selection() {}

    static boolean applies(WorkloadPolicy policy, Workload workload, LocalDate today) {
        return concernsPod(policy, workload, today) && matchesContainer(policy.match(), workload);
    }

    /// Whether a policy is about a workload if its pod carries the labels that the policy asks for.
    static boolean appliesWithAnyLabels(WorkloadPolicy policy, Workload workload, LocalDate today) {
        return applies(policy, workload.with(policy.match().matchLabels()), today);
    }

    /// Whether a policy may be about a pod of which no more is known than its namespace and perhaps a container's name.
    static boolean mayConcern(
            WorkloadPolicy policy, Optional<String> namespace, Optional<String> container, LocalDate today) {
        var known = new Workload(
                namespace, Optional.of(policy.match().matchLabels()), Optional.empty(), container.orElse(""));
        var containers = policy.match().containers();
        return concernsPod(policy, known, today)
                && (containers.isEmpty()
                        || container.filter(name -> !Glob.any(containers, name)).isEmpty());
    }

    /// What is the same for all containers of a pod.
    static boolean concernsPod(WorkloadPolicy policy, Workload workload, LocalDate today) {
        return concernsNamespace(policy, workload, today) && matchesLabels(policy.match(), workload);
    }

    /// What is the same for all pods of a namespace on a day.
    static boolean concernsNamespace(WorkloadPolicy policy, Workload workload, LocalDate today) {
        return inScope(policy.name(), workload)
                && matchesNamespace(policy.match(), workload)
                && !exempt(policy, workload, today);
    }

    static boolean matchesContainer(Match match, Workload workload) {
        return (match.images().isEmpty()
                        || workload.image()
                                .filter(i -> Glob.any(match.images(), i))
                                .isPresent())
                && (match.containers().isEmpty() || Glob.any(match.containers(), workload.container()));
    }

    /// Whether an exemption may be about containers of a pod: its own namespace, then its `match`.
    static boolean isAbout(PolicyExemption exemption, Workload workload) {
        return inScope(exemption.name(), workload) && matchesPod(exemption.match(), workload);
    }

    private static boolean inScope(PolicyName name, Workload workload) {
        var namespace = name.namespace();
        return namespace.isEmpty() || namespace.equals(workload.namespace());
    }

    private static boolean matchesPod(Match match, Workload workload) {
        return matchesNamespace(match, workload) && matchesLabels(match, workload);
    }

    private static boolean matchesNamespace(Match match, Workload workload) {
        return match.namespaces().isEmpty()
                || workload.namespace()
                        .filter(n -> Glob.any(match.namespaces(), n))
                        .isPresent();
    }

    static boolean matchesLabels(Match match, Workload workload) {
        return match.matchLabels().isEmpty()
                || workload.labels()
                        .filter(l -> carries(l, match.matchLabels()))
                        .isPresent();
    }

    private static boolean carries(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    private static boolean exempt(WorkloadPolicy policy, Workload workload, LocalDate today) {
        return workload.namespace().isPresent()
                && Exemptions.cover(policy.exempt(), workload.namespace().get(), today);
    }
}
