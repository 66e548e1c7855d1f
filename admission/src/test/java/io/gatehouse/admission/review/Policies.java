// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.List;
import java.util.Optional;

/// Policies and snapshots as tests want them.
public final class Policies {
    public static final AdmissionSection READ_ONLY = new AdmissionSection(true, List.of(), Optional.empty(), List.of());
    public static final PrivilegeSection NO_PRIVILEGE = PrivilegeSection.of(
            Setting.PRIVILEGED,
            Setting.HOST_PID,
            Setting.HOST_IPC,
            Setting.HOST_NETWORK,
            Setting.ALLOW_PRIVILEGE_ESCALATION);
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

    /// An enforced policy of the name `p` for all, as the compiler makes it of YAML.
    ///
    /// @param admission the section as flow mapping: `{readOnlyRootFilesystem: {required: true}}`
    public static Snapshot compiled(String admission) {
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec: {mode: enforce, admission: %s}
                """.formatted(admission))));
        return compilation
                .snapshot()
                .filter(_ -> compilation.diagnostics().isEmpty())
                .orElseThrow(() -> new AssertionError(admission + ": " + compilation.diagnostics()));
    }

    public static Snapshot snapshot(WorkloadPolicy... policies) {
        return new Snapshot("sha256:" + "0".repeat(64), List.of(policies));
    }
}
