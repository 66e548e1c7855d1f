// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.Optional;
import java.util.stream.Stream;

/// The kinds of policy documents as resources of the Kubernetes API.
public enum PolicyResource {
    WORKLOAD_POLICY(PolicySchema.NAMESPACED_KIND, "workloadpolicies", true),
    CLUSTER_WORKLOAD_POLICY(PolicySchema.CLUSTER_KIND, "clusterworkloadpolicies", false),
    RULE_RESPONSE(PolicySchema.RESPONSE_KIND, "ruleresponses", false),
    EMERGENCY_BRAKE(PolicySchema.BRAKE_KIND, "emergencybrakes", false),
    POLICY_EXEMPTION(PolicySchema.EXEMPTION_KIND, "policyexemptions", true),
    CLUSTER_POLICY_EXEMPTION(PolicySchema.CLUSTER_EXEMPTION_KIND, "clusterpolicyexemptions", false);

    /// Of the API, without its version.
    public static final String GROUP = PolicySchema.API_VERSION.substring(0, PolicySchema.API_VERSION.indexOf('/'));

    public static final String VERSION = PolicySchema.API_VERSION.substring(GROUP.length() + 1);

    private final String kind;
    private final String plural;
    private final boolean namespaced;

    PolicyResource(String kind, String plural, boolean namespaced) {
        this.kind = kind;
        this.plural = plural;
        this.namespaced = namespaced;
    }

    public String kind() {
        return kind;
    }

    /// As in the API's paths.
    public String plural() {
        return plural;
    }

    public boolean namespaced() {
        return namespaced;
    }

    /// Of its custom resource definition.
    public String definition() {
        return plural + "." + GROUP;
    }

    public static Optional<PolicyResource> of(String kind) {
        return Stream.of(values()).filter(one -> one.kind.equals(kind)).findFirst();
    }
}
