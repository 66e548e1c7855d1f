// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.WorkloadPolicy;

/// A policy beside the document it was built from, for checks that must point at a place.
record Draft(WorkloadPolicy policy, Node.Mapping document) {
    static Draft of(Node.Mapping document) {
        return new Draft(PolicyBuilder.build(document), document);
    }
}
