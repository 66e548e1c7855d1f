// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import io.gatehouse.schemas.policy.PolicySchema;
import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/// The policy schema as maps and lists, each reference replaced by what it refers to.
final class SchemaDocument {
    private final Map<String, Object> root;

    private SchemaDocument(Map<String, Object> root) {
        this.root = root;
    }

    static SchemaDocument load() {
        return new SchemaDocument(mapping(new Yaml().load(PolicySchema.text()))); // JSON is YAML
    }

    Map<String, Object> definition(String name) {
        return resolved(mapping(mapping(root.get("$defs")).get(name)));
    }

    /// What stands beside a reference wins over what stands at its end.
    private Map<String, Object> resolved(Map<String, Object> schema) {
        var reference = (String) schema.get("$ref");
        if (reference == null) {
            return schema;
        }
        var merged = new LinkedHashMap<>(definition(reference.substring("#/$defs/".length())));
        merged.putAll(schema);
        merged.remove("$ref");
        return merged;
    }

    /// The schema of each field, in the order of the document; empty for anything but an object with known fields.
    Map<String, Map<String, Object>> properties(Map<String, Object> schema) {
        var properties = new LinkedHashMap<String, Map<String, Object>>();
        if (schema.get("properties") instanceof Map<?, ?> given) {
            mapping(given).forEach((name, property) -> properties.put(name, resolved(mapping(property))));
        }
        return properties;
    }

    Map<String, Object> child(Map<String, Object> schema, String keyword) {
        return resolved(mapping(schema.get(keyword)));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> mapping(Object value) {
        return (Map<String, Object>) value;
    }
}
