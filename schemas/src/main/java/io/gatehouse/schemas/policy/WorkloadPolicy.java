// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Optional;

/// What a workload may do: one `WorkloadPolicy` or `ClusterWorkloadPolicy` document.
public record WorkloadPolicy(
        PolicyName name,
        Mode mode,
        Match match,
        List<Exemption> exempt,
        Optional<AdmissionSection> admission,
        Optional<RuntimeSection> runtime) {
    public WorkloadPolicy {
        exempt = List.copyOf(exempt);
    }

    /// The same but for its mode.
    public WorkloadPolicy inMode(Mode other) {
        return other == mode ? this : new WorkloadPolicy(name, other, match, exempt, admission, runtime);
    }
}
