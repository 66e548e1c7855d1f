// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.Shaped.choice;
import static io.gatehouse.engine.policy.Shaped.section;
import static io.gatehouse.engine.policy.Shaped.text;
import static io.gatehouse.engine.policy.Shaped.texts;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.RuleResponse.RuleMatch;

/// Turns a document of the right shape into a response, each default written out.
final class ResponseBuilder {
    private ResponseBuilder() {}

    static RuleResponse build(Node.Mapping document) {
        var metadata = section(document, "metadata").orElseThrow();
        var spec = section(document, "spec").orElseThrow();
        var match = section(spec, "match").orElseThrow();
        return new RuleResponse(
                PolicyName.cluster(text(metadata, "name").orElseThrow()),
                Shaped.mode(spec),
                new RuleMatch(texts(match, "rules"), texts(match, "tags")),
                choice(Action.class, text(spec, "action"), Action.REPORT),
                Shaped.flag(spec, "host"),
                text(spec, "reason").orElseThrow(),
                Shaped.expires(spec),
                Shaped.exempt(spec));
    }
}
