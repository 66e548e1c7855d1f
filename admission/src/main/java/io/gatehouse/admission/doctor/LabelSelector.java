// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A label selector as the API server reads it: all of its requirements must hold, and none is none.
record LabelSelector(List<Requirement> requirements) {
    /// Carried by every namespace and written by the API server alone.
    static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    /// @param node where it is written
    record Requirement(String key, String operator, List<String> values, Node node) {
        boolean holds(Map<String, String> labels) {
            var value = labels.get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                default -> false;
            };
        }
    }

    static LabelSelector of(Optional<Node.Mapping> selector) {
        var requirements = new ArrayList<Requirement>();
        selector.ifPresent(from -> {
            Fields.mapping(from, "matchLabels")
                    .ifPresent(labels -> labels.entries().forEach(entry -> {
                        if (entry.value() instanceof Node.Text(var value, var _)) {
                            requirements.add(new Requirement(entry.key(), "In", List.of(value), entry.value()));
                        }
                    }));
            for (var expression : Trees.mappings(from, "matchExpressions")) {
                requirements.add(new Requirement(
                        Fields.text(expression, "key").orElse(""),
                        Fields.text(expression, "operator").orElse(""),
                        Trees.texts(expression, "values"),
                        expression));
            }
        });
        return new LabelSelector(List.copyOf(requirements));
    }

    boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.holds(labels));
    }

    boolean isEmpty() {
        return requirements.isEmpty();
    }
}
