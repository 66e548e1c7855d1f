// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.List;

/// All policies in force, immutable. A reader holds one for a whole decision.
///
/// @param digest of the policies' meaning, `sha256:` and 64 hex digits: equal digests decide alike
/// @param policies in the order of their names
public record Snapshot(String digest, List<WorkloadPolicy> policies) {
    public Snapshot {
        policies = List.copyOf(policies);
    }

    /// The policies that apply to a workload on a day (UTC), in the order of their names.
    public List<WorkloadPolicy> select(Workload workload, LocalDate today) {
        return policies.stream()
                .filter(policy -> Selection.applies(policy, workload, today))
                .toList();
    }
}
