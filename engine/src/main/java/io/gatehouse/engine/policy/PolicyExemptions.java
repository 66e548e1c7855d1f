// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The exemptions in force, by the policy they may be about. Expired ones too: a snapshot knows no day.
///
/// A document of a namespace is there only for policies that take exemptions from that namespace.
final class PolicyExemptions {
    private final List<PolicyExemption> all;
    private final Map<PolicyName, List<PolicyExemption>> byPolicy = new HashMap<>();

    /// @param all in the order of their names
    PolicyExemptions(List<PolicyExemption> all, List<WorkloadPolicy> policies) {
        this.all = List.copyOf(all);
        for (var policy : policies) {
            var about =
                    all.stream().filter(exemption -> takes(policy, exemption)).toList();
            if (!about.isEmpty()) {
                byPolicy.put(policy.name(), about);
            }
        }
    }

    List<PolicyExemption> all() {
        return all;
    }

    List<PolicyExemption> of(PolicyName policy) {
        return byPolicy.getOrDefault(policy, List.of());
    }

    private static boolean takes(WorkloadPolicy policy, PolicyExemption exemption) {
        return exemption.policies().contains(policy.name().toString()) && permits(policy, exemption);
    }

    /// Whether a policy takes an exemption from where it stands.
    static boolean permits(WorkloadPolicy policy, PolicyExemption exemption) {
        return exemption
                .name()
                .namespace()
                .map(namespace -> Glob.any(policy.rollout().exemptionsFrom(), namespace))
                .orElse(true);
    }
}
