// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
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
    public record Volume(String path, Node.Mapping node, String name, Span span) {}

    /// The kubelet refuses a pod whose `os.name` is not its own, so this cannot be used to slip by on a Linux node.
    public boolean isWindows() {
        return Fields.mapping(spec, "os").flatMap(os -> Fields.text(os, "name")).equals(Optional.of("windows"));
    }
}
