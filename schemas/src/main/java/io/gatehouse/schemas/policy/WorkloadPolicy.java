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
        Optional<RuntimeSection> runtime,
        Rollout rollout) {
    public WorkloadPolicy {
        exempt = List.copyOf(exempt);
    }

    /// One of which every control is in the same mode at all times.
    public WorkloadPolicy(
            PolicyName name,
            Mode mode,
            Match match,
            List<Exemption> exempt,
            Optional<AdmissionSection> admission,
            Optional<RuntimeSection> runtime) {
        this(name, mode, match, exempt, admission, runtime, Rollout.NONE);
    }

    /// The same, all of it in one mode at all times.
    public WorkloadPolicy inMode(Mode other) {
        return other == mode && rollout.equals(Rollout.NONE)
                ? this
                : new WorkloadPolicy(name, other, match, exempt, admission, runtime);
    }

    /// The same but for its runtime section.
    public WorkloadPolicy with(Optional<RuntimeSection> section) {
        return new WorkloadPolicy(name, mode, match, exempt, admission, section, rollout);
    }
}
