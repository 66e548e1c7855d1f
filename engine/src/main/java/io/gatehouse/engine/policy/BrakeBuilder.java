// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.Shaped.section;
import static io.gatehouse.engine.policy.Shaped.text;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.EmergencyBrake;
import io.gatehouse.schemas.policy.PolicyName;

/// Turns a document of the right shape into an emergency brake.
final class BrakeBuilder {
    private BrakeBuilder() {}

    static EmergencyBrake build(Node.Mapping document) {
        var metadata = section(document, "metadata").orElseThrow();
        var spec = section(document, "spec").orElseThrow();
        return new EmergencyBrake(
                PolicyName.cluster(text(metadata, "name").orElseThrow()),
                text(spec, "reason").orElseThrow(),
                text(spec, "owner"),
                Shaped.expires(spec));
    }
}
