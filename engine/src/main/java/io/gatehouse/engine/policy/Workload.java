// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import java.util.Map;
import java.util.Optional;

/// A container, running or asked for, as far as a policy's `match` looks at it.
///
/// @param namespace absent for a container that belongs to no pod
/// @param labels of the pod; absent where they are not known, which no `podSelector` matches
/// @param image reference as given; absent where none is recorded
/// @param container its name
public record Workload(
        Optional<String> namespace, Optional<Map<String, String>> labels, Optional<String> image, String container) {
    public Workload {
        labels = labels.map(Map::copyOf);
    }
}
