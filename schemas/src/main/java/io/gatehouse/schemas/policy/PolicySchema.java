// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The JSON Schema of all policy documents, the authority on them.
public final class PolicySchema {
    public static final String API_VERSION = "gatehouse.io/v1alpha1";
    public static final String NAMESPACED_KIND = "WorkloadPolicy";
    public static final String CLUSTER_KIND = "ClusterWorkloadPolicy";
    public static final String RESPONSE_KIND = "RuleResponse";
    public static final String BRAKE_KIND = "EmergencyBrake";
    public static final String EXEMPTION_KIND = "PolicyExemption";
    public static final String CLUSTER_EXEMPTION_KIND = "ClusterPolicyExemption";

    /// Ends the names of tests (`PolicyTest` documents), which lie beside what they test and are passed over where
    /// policies and rules are read from a folder.
    public static final String TEST_SUFFIX = ".test.yaml";

    private static final String RESOURCE = "/io/gatehouse/schemas/WorkloadPolicy.v1alpha1.json";

    private PolicySchema() {}

    /// The schema's text (draft 2020-12).
    public static String text() {
        try (var in = PolicySchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
