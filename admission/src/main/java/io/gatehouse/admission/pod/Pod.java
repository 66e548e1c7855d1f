// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A pod, or the template one is made from.
///
/// @param path of its spec in the object: `spec`, `spec.template.spec`
/// @param node what holds its metadata and its spec: the object itself, or the template in it
/// @param labels of the pod, not of the object that carries it
/// @param containers of all lists
public record Pod(
        String path,
        Node.Mapping node,
        Node.Mapping spec,
        Map<String, String> labels,
        List<Container> containers,
        List<Volume> volumes) {
    public Pod {
        labels = Map.copyOf(labels);
        containers = List.copyOf(containers);
        volumes = List.copyOf(volumes);
    }

    /// @param span where the name is written, or the volume where it has none
    public record Volume(String path, Node.Mapping node, String name, Span span) {
        /// What the API server makes of a volume that names no source.
        private static final String DEFAULT_KIND = "emptyDir";

        /// The fields that say what the volume is: one, where the API server lets it through.
        public List<String> kinds() {
            var kinds = new ArrayList<String>(1);
            for (var entry : node.entries()) {
                if (!entry.key().equals("name") && !(entry.value() instanceof Node.Null)) {
                    kinds.add(entry.key());
                }
            }
            return kinds.isEmpty() ? List.of(DEFAULT_KIND) : kinds;
        }

        public Optional<Node.Mapping> source(String kind) {
            return Fields.mapping(node, kind);
        }
    }

    public Optional<Volume> volume(String name) {
        for (var volume : volumes) {
            if (volume.name().equals(name)) {
                return Optional.of(volume);
            }
        }
        return Optional.empty();
    }

    /// A field of the pod's own `securityContext`; absent where it is null.
    public Optional<Node> security(String field) {
        return Fields.mapping(spec, "securityContext").flatMap(context -> Fields.value(context, field));
    }

    /// The place to show for a field of `securityContext` that is not there.
    public Span securitySpan() {
        return place("securityContext");
    }

    /// The place to show for a field of the spec, there or not.
    public Span place(String field) {
        for (var entry : spec.entries()) {
            if (entry.key().equals(field)) {
                return entry.keySpan();
            }
        }
        return spec.span();
    }

    /// The kubelet refuses a pod whose `os.name` is not its own, so this cannot be used to slip by on a Linux node.
    public boolean isWindows() {
        return Fields.mapping(spec, "os").flatMap(os -> Fields.text(os, "name")).equals(Optional.of("windows"));
    }
}
