// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Mode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// A container, running or asked for, as far as a policy's `match` looks at it.
///
/// @param namespace absent for a container that belongs to no pod
/// @param labels of the pod; absent where they are not known, which no `podSelector` matches
/// @param image reference as given; absent where none is recorded
/// @param container its name
/// @param namespaceMode what its namespace asks for by the label [#MODE_LABEL]; absent where it asks for
///     nothing or its
///     labels are not known
public record Workload(
        Optional<String> namespace,
        Optional<Map<String, String>> labels,
        Optional<String> image,
        String container,
        Optional<Mode> namespaceMode) {
    /// The label by which a namespace chooses a mode for itself, where a policy lets it.
    public static final String MODE_LABEL = "gatehouse.io/mode";

    public Workload {
        labels = labels.map(Map::copyOf);
    }

    /// One whose namespace asks for nothing.
    public Workload(
            Optional<String> namespace,
            Optional<Map<String, String>> labels,
            Optional<String> image,
            String container) {
        this(namespace, labels, image, container, Optional.empty());
    }

    Workload with(Map<String, String> podLabels) {
        return new Workload(namespace, Optional.of(podLabels), image, container, namespaceMode);
    }

    /// What the labels of a namespace ask for. Any word but the two modes asks for nothing.
    public static Optional<Mode> modeOf(Map<String, String> namespaceLabels) {
        var written = namespaceLabels.get(MODE_LABEL);
        return Arrays.stream(Mode.values())
                .filter(mode -> mode.text().equals(written))
                .findFirst();
    }
}
