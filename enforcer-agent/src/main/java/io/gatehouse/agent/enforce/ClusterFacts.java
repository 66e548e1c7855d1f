// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.schemas.policy.Mode;
import java.util.Map;
import java.util.Optional;

/// What of a container only its cluster knows. Every question is answered at once, by what is known by
/// now; asked on the ring thread.
public interface ClusterFacts {
    /// There is no cluster.
    ClusterFacts NONE = new ClusterFacts() {
        @Override
        public Pod pod(Container container) {
            return new Pod.Untold();
        }

        @Override
        public Optional<Mode> mode(String namespace) {
            return Optional.empty();
        }
    };

    /// The pod of a container.
    Pod pod(Container container);

    /// What a namespace asks for by its label.
    Optional<Mode> mode(String namespace);

    /// What is known of a pod.
    sealed interface Pod {
        record Known(String namespace, Map<String, String> labels) implements Pod {
            public Known {
                labels = Map.copyOf(labels);
            }
        }

        /// Not told yet, and will be: until then it may carry any labels.
        record Awaited() implements Pod {}

        /// Nobody tells of it: it carries no labels that count.
        record Untold() implements Pod {}
    }
}
