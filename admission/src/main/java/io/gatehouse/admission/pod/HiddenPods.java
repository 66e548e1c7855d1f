// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Pods in objects of kinds that nobody said carry any. What looks like the spec of a pod is told, never judged: only
/// a policy can say that it is one.
public final class HiddenPods {
    private static final List<String> LISTS = List.of("containers", "initContainers");

    private HiddenPods() {}

    /// Where the first of them stands, as a policy would write it: `spec.template`, `spec.jobs[].template`. Empty where
    /// nothing looks like one.
    public static Optional<String> find(Node.Mapping object) {
        return find(object, new ArrayList<>());
    }

    private static Optional<String> find(Node.Mapping at, List<String> path) {
        for (var entry : at.entries()) {
            path.add(entry.key());
            var found = switch (entry.value()) {
                case Node.Mapping one ->
                    entry.key().equals("spec") && looksLikeAPod(one)
                            ? Optional.of(String.join(".", path.subList(0, path.size() - 1)))
                            : find(one, path);
                case Node.Sequence(var items, var _) -> {
                    path.removeLast();
                    path.add(entry.key() + "[]");
                    yield inList(items, path);
                }
                default -> Optional.<String>empty();
            };
            if (found.isPresent()) {
                return found;
            }
            path.removeLast();
        }
        return Optional.empty();
    }

    private static Optional<String> inList(List<Node> items, List<String> path) {
        for (var item : items) {
            if (item instanceof Node.Mapping one) {
                var found = find(one, path);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /// A container without an image is no container yet.
    private static boolean looksLikeAPod(Node.Mapping spec) {
        for (var list : LISTS) {
            for (var container : Fields.mappings(spec, list)) {
                if (Fields.text(container, "image").isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }
}
