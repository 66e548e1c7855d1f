// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.PrivilegeSection;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.List;
import java.util.Optional;

/// Policies and snapshots as tests want them.
public final class Policies {
    public static final AdmissionSection READ_ONLY = new AdmissionSection(true, List.of(), Optional.empty(), List.of());
    public static final PrivilegeSection NO_PRIVILEGE = new PrivilegeSection(true, true, true, true, true);
    public static final AdmissionSection EVERYTHING = new AdmissionSection(
            true, List.of("/", "/etc", "/proc", "/var/run/docker.sock"), Optional.of(NO_PRIVILEGE), List.of());

    private Policies() {}

    public static AdmissionSection mounts(String... forbidden) {
        return new AdmissionSection(false, List.of(forbidden), Optional.empty(), List.of());
    }

    public static AdmissionSection privilege(PrivilegeSection section) {
        return new AdmissionSection(false, List.of(), Optional.of(section), List.of());
    }

    public static AdmissionSection deny(AdmissionSection.Deny... conditions) {
        return new AdmissionSection(false, List.of(), Optional.empty(), List.of(conditions));
    }

    public static WorkloadPolicy policy(String name, Mode mode, AdmissionSection section) {
        return policy(name, mode, Match.ALL, List.of(), section);
    }

    public static WorkloadPolicy policy(
            String name, Mode mode, Match match, List<Exemption> exempt, AdmissionSection section) {
        return new WorkloadPolicy(
                PolicyName.cluster(name), mode, match, exempt, Optional.of(section), Optional.empty());
    }

    public static Snapshot snapshot(WorkloadPolicy... policies) {
        return new Snapshot("sha256:" + "0".repeat(64), List.of(policies));
    }
}
