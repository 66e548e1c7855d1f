// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.Shaped.section;
import static io.gatehouse.engine.policy.Shaped.text;
import static io.gatehouse.engine.policy.Shaped.texts;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.PolicyName;

/// Turns a document of the right shape into an exemption.
final class ExemptionBuilder {
    private ExemptionBuilder() {}

    static PolicyExemption build(Node.Mapping document) {
        var metadata = section(document, "metadata").orElseThrow();
        var spec = section(document, "spec").orElseThrow();
        return new PolicyExemption(
                new PolicyName(
                        text(metadata, "namespace"), text(metadata, "name").orElseThrow()),
                texts(spec, "policies"),
                texts(spec, "controls"),
                Shaped.match(section(spec, "match").orElseThrow()),
                text(spec, "owner").orElseThrow(),
                text(spec, "reason").orElseThrow(),
                Shaped.expires(spec).orElseThrow());
    }
}
