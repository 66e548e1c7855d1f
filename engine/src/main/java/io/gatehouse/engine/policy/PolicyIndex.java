// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the policies that apply to a workload without asking each.
///
/// A policy that can only apply in one namespace, or only to pods with a certain label, is found by that; all others
/// are asked always. So a cluster with a policy for each team asks each workload about its own.
final class PolicyIndex {
    private final List<WorkloadPolicy> policies;
    private final Map<String, BitSet> byNamespace = new HashMap<>();
    private final Map<Map.Entry<String, String>, BitSet> byLabel = new HashMap<>();
    private final BitSet always = new BitSet();

    PolicyIndex(List<WorkloadPolicy> policies) {
        this.policies = policies;
        for (int i = 0; i < policies.size(); i++) {
            file(i, policies.get(i));
        }
    }

    private void file(int place, WorkloadPolicy policy) {
        var match = policy.match();
        if (policy.name().namespace().isPresent()) {
            in(byNamespace, policy.name().namespace().get()).set(place);
        } else if (!match.namespaces().isEmpty() && match.namespaces().stream().noneMatch(Glob::isGlob)) {
            match.namespaces().forEach(namespace -> in(byNamespace, namespace).set(place));
        } else if (!match.matchLabels().isEmpty()) {
            in(byLabel, match.matchLabels().entrySet().iterator().next()).set(place);
        } else {
            always.set(place);
        }
    }

    private static <K> BitSet in(Map<K, BitSet> filed, K key) {
        return filed.computeIfAbsent(key, _ -> new BitSet());
    }

    /// The places of the policies that are about the pod of a workload, whichever of its containers they are about.
    BitSet concerning(Workload workload, LocalDate today) {
        var found = (BitSet) always.clone();
        workload.namespace().ifPresent(namespace -> add(found, byNamespace.get(namespace)));
        if (!byLabel.isEmpty() && workload.labels().isPresent()) {
            for (var label : workload.labels().get().entrySet()) {
                add(found, byLabel.get(label));
            }
        }
        for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
            if (!Selection.concernsPod(policies.get(i), workload, today)) {
                found.clear(i);
            }
        }
        return found;
    }

    private static void add(BitSet found, BitSet more) {
        if (more != null) {
            found.or(more);
        }
    }
}
