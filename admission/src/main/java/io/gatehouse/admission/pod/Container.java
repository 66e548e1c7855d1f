// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.Optional;

/// One container of a pod, whichever list it stands in.
///
/// @param path of the container in its object: `spec.template.spec.containers[0]`
/// @param nameSpan where the name is written, or the container where it has none
public record Container(Kind kind, String path, Node.Mapping node, String name, Span nameSpan, Optional<String> image) {
    private static final String SECURITY = "securityContext";

    /// In the order in which the lists are read; findings are put into the manifest's order later.
    public enum Kind {
        INIT("initContainers", "init container"),
        MAIN("containers", "container"),
        EPHEMERAL("ephemeralContainers", "ephemeral container");

        private final String field;
        private final String words;

        Kind(String field, String words) {
            this.field = field;
            this.words = words;
        }

        public String field() {
            return field;
        }
    }

    /// `init container "setup"`.
    public String words() {
        return kind.words + " \"" + name + "\"";
    }

    /// A field of the container's own `securityContext`; absent where it is null.
    public Optional<Node> security(String field) {
        return node.get(SECURITY).orElse(null) instanceof Node.Mapping context
                ? Fields.value(context, field)
                : Optional.empty();
    }

    /// A mapping in the container's own `securityContext`.
    public Optional<Node.Mapping> securityMapping(String field) {
        return node.get(SECURITY).orElse(null) instanceof Node.Mapping context
                ? Fields.mapping(context, field)
                : Optional.empty();
    }

    /// The place to show for a field of `securityContext` that is not there.
    public Span securitySpan() {
        for (var entry : node.entries()) {
            if (entry.key().equals(SECURITY) && entry.value() instanceof Node.Mapping) {
                return entry.keySpan();
            }
        }
        return nameSpan;
    }
}
