// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Map;

/// Which workloads a policy is about. Every part that is given must match; an empty part matches all.
///
/// @param namespaces globs; only a `ClusterWorkloadPolicy` may name them
/// @param matchLabels labels that the pod must carry (`podSelector.matchLabels`)
/// @param images globs over the image reference of a container
/// @param containers globs over the name of a container
public record Match(
        List<String> namespaces, Map<String, String> matchLabels, List<String> images, List<String> containers) {
    /// Matches every workload.
    public static final Match ALL = new Match(List.of(), Map.of(), List.of(), List.of());

    public Match {
        namespaces = List.copyOf(namespaces);
        matchLabels = Map.copyOf(matchLabels);
        images = List.copyOf(images);
        containers = List.copyOf(containers);
    }
}
