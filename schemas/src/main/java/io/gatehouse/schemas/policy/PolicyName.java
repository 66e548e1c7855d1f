// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.Optional;

/// Names one policy. A `ClusterWorkloadPolicy` has no namespace.
public record PolicyName(Optional<String> namespace, String name) {
    public static PolicyName cluster(String name) {
        return new PolicyName(Optional.empty(), name);
    }

    public static PolicyName namespaced(String namespace, String name) {
        return new PolicyName(Optional.of(namespace), name);
    }

    /// `shop/nginx-immutable`, or the bare name of a cluster policy.
    @Override
    public String toString() {
        return namespace.map(n -> n + "/" + name).orElse(name);
    }
}
