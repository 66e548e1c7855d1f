// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.gatehouse.agent.kubernetes.NodePods.NodePod;
import io.gatehouse.engine.diagnostic.SourceText;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What a node last knew of its cluster.
///
/// @param policies that were in force, as each was when it was last right
/// @param namespaces labels of those that chose a mode
record Remembered(
        Instant written,
        String node,
        List<SourceText> policies,
        List<NodePod> pods,
        Map<String, Map<String, String>> namespaces) {
    Remembered {
        policies = List.copyOf(policies);
        pods = List.copyOf(pods);
        namespaces = Map.copyOf(namespaces);
    }

    /// The same but for when.
    boolean saysTheSameAs(Remembered other) {
        return policies.equals(other.policies) && pods.equals(other.pods) && namespaces.equals(other.namespaces);
    }
}
