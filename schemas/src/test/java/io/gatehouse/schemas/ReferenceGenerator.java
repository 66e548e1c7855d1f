// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Makes `docs/reference/policy.md` from the JSON Schema: every field with its type, default and meaning.
final class ReferenceGenerator {
    private final SchemaDocument schema = SchemaDocument.load();
    private final StringBuilder out = new StringBuilder();

    static String page() {
        var generator = new ReferenceGenerator();
        generator.write();
        return generator.out.toString();
    }

    private void write() {
        out.append("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                <!-- Generated from WorkloadPolicy.v1alpha1.json, and a test compares. Change that file, not this one. -->
                # Policy documents, v1alpha1

                A field that is not listed here is refused, and so is a section that asks nothing: what looks like
                protection must be protection. A field in **bold** must be given where the section around it is.
                """);
        kind("WorkloadPolicy");
        kind("ClusterWorkloadPolicy");
        kind("RuleResponse");
        kind("EmergencyBrake");
        kind("PolicyExemption");
        kind("ClusterPolicyExemption");
    }

    private void kind(String kind) {
        var definition = schema.definition(kind);
        out.append("\n## ").append(kind).append("\n\n");
        out.append(definition.get("description")).append("\n\n");
        out.append("| field | type | default | meaning |\n| --- | --- | --- | --- |\n");
        fields("", definition);
    }

    private void fields(String path, Map<String, Object> object) {
        var required = object.getOrDefault("required", List.of());
        schema.properties(object).forEach((name, field) -> {
            var full = path + name;
            boolean must = ((List<?>) required).contains(name);
            row(must ? "**`" + full + "`**" : "`" + full + "`", field);
            fields(full + ".", field);
            if (field.containsKey("items")) {
                fields(full + "[].", schema.child(field, "items"));
            }
        });
        if (object.get("x-gatehouse-planned") instanceof List<?> planned) {
            for (var name : planned) {
                row("`" + path + name + "`", Map.of("description", "Not kept by this version; refused."));
            }
        }
    }

    private void row(String field, Map<String, Object> schema) {
        var fallback = schema.containsKey("default") ? "`" + schema.get("default") + "`" : "";
        out.append("| %s | %s | %s | %s |\n".formatted(field, type(schema), fallback, meaning(schema)));
    }

    private String type(Map<String, Object> field) {
        if (field.get("enum") instanceof List<?> values) {
            return values.stream().map(v -> "`" + v + "`").collect(Collectors.joining(", "));
        }
        if (field.containsKey("items")) {
            return "list of " + type(schema.child(field, "items"));
        }
        if (field.get("additionalProperties") instanceof Map<?, ?>) {
            return "map of " + type(schema.child(field, "additionalProperties"));
        }
        if ("date".equals(field.get("format"))) {
            return "date";
        }
        return field.getOrDefault("type", "").toString();
    }

    private String meaning(Map<String, Object> field) {
        var meaning = (String) field.get("description");
        if (field.containsKey("items")
                && schema.child(field, "items").get("description") instanceof String of
                && !schema.child(field, "items").containsKey("properties")) {
            meaning += " Each: " + of;
        }
        if (field.get("examples") instanceof List<?> examples) {
            meaning += " Such as "
                    + examples.stream()
                            .map(example -> "`" + flow(example) + "`")
                            .collect(Collectors.joining(", ")) + ".";
        }
        return meaning;
    }

    /// As YAML on one line.
    private static String flow(Object value) {
        if (!(value instanceof List<?> list)) {
            return value.toString();
        }
        return list.stream()
                .map(item -> item.toString().matches("[A-Za-z/].*") ? item.toString() : "\"" + item + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
