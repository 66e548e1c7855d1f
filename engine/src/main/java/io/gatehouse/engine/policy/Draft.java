// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.EmergencyBrake;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.PolicySchema;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.WorkloadPolicy;

/// What a document says, beside the document, for checks that must point at a place.
sealed interface Draft {
    Node.Mapping document();

    record OfPolicy(WorkloadPolicy policy, Node.Mapping document) implements Draft {}

    record OfResponse(RuleResponse response, Node.Mapping document) implements Draft {}

    record OfBrake(EmergencyBrake brake, Node.Mapping document) implements Draft {}

    record OfExemption(PolicyExemption exemption, Node.Mapping document) implements Draft {}

    static Draft of(Node.Mapping document) {
        return switch (Shaped.text(document, "kind").orElseThrow()) {
            case PolicySchema.RESPONSE_KIND -> new OfResponse(ResponseBuilder.build(document), document);
            case PolicySchema.BRAKE_KIND -> new OfBrake(BrakeBuilder.build(document), document);
            case PolicySchema.EXEMPTION_KIND, PolicySchema.CLUSTER_EXEMPTION_KIND ->
                new OfExemption(ExemptionBuilder.build(document), document);
            default -> new OfPolicy(PolicyBuilder.build(document), document);
        };
    }
}
