// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// Makes the custom resource definitions from the JSON Schema.
///
/// A structural schema knows no references, no closed objects (the API server refuses unknown fields by itself where
/// it validates strictly, and drops them elsewhere) and no required metadata (the API server owns it).
final class CrdGenerator {
    /// No document that anybody writes into a file.
    static final String BY_HAND = "nodereports.yaml";

    private final SchemaDocument schema = SchemaDocument.load();

    private enum Kind {
        NAMESPACED("WorkloadPolicy", "workloadpolicies", "workloadpolicy", "wlp", "Namespaced"),
        CLUSTER("ClusterWorkloadPolicy", "clusterworkloadpolicies", "clusterworkloadpolicy", "cwlp", "Cluster"),
        RESPONSE("RuleResponse", "ruleresponses", "ruleresponse", "rr", "Cluster"),
        BRAKE("EmergencyBrake", "emergencybrakes", "emergencybrake", "ebrake", "Cluster"),
        EXEMPTION("PolicyExemption", "policyexemptions", "policyexemption", "pex", "Namespaced"),
        CLUSTER_EXEMPTION(
                "ClusterPolicyExemption", "clusterpolicyexemptions", "clusterpolicyexemption", "cpex", "Cluster");

        final String kind;
        final String plural;
        final String singular;
        final String shortName;
        final String scope;

        Kind(String kind, String plural, String singular, String shortName, String scope) {
            this.kind = kind;
            this.plural = plural;
            this.singular = singular;
            this.shortName = shortName;
            this.scope = scope;
        }
    }

    /// File name to content.
    static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        for (var kind : Kind.values()) {
            files.put(kind.plural + ".yaml", new CrdGenerator().text(kind));
        }
        return files;
    }

    /// Puts them together, for `kubectl apply -k`.
    static String kustomization() {
        var out = new StringBuilder("""
                # SPDX-License-Identifier: Apache-2.0
                # What policies are, for the API server: kubectl apply --server-side -k deploy/crd
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources:
                """);
        Stream.concat(files().keySet().stream(), Stream.of(BY_HAND))
                .sorted()
                .forEach(file -> out.append("  - ").append(file).append('\n'));
        return out.toString();
    }

    private String text(Kind kind) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(120);
        options.setIndicatorIndent(2);
        options.setIndentWithIndicator(true);
        return """
                # SPDX-License-Identifier: Apache-2.0
                # Generated from WorkloadPolicy.v1alpha1.json, and a test compares. Change that file, not this one.
                """ + new Yaml(options).dump(definition(kind));
    }

    private Map<String, Object> definition(Kind kind) {
        return ordered(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "CustomResourceDefinition",
                "metadata",
                ordered("name", kind.plural + ".gatehouse.io"),
                "spec",
                ordered(
                        "group",
                        "gatehouse.io",
                        "names",
                        ordered(
                                "kind",
                                kind.kind,
                                "listKind",
                                kind.kind + "List",
                                "plural",
                                kind.plural,
                                "singular",
                                kind.singular,
                                "shortNames",
                                List.of(kind.shortName),
                                "categories",
                                List.of("gatehouse")),
                        "scope",
                        kind.scope,
                        "versions",
                        List.of(version(kind))));
    }

    private Map<String, Object> version(Kind kind) {
        return ordered(
                "name",
                "v1alpha1",
                "served",
                true,
                "storage",
                true,
                "subresources",
                ordered("status", Map.of()),
                "additionalPrinterColumns",
                List.of(
                        kind == Kind.BRAKE || kind == Kind.EXEMPTION || kind == Kind.CLUSTER_EXEMPTION
                                ? column("Expires", "string", ".spec.expires", "the last day on which it holds")
                                : column("Mode", "string", ".spec.mode", "audit records, enforce stops"),
                        column(
                                "Ready",
                                "string",
                                ".status.conditions[?(@.type==\"Ready\")].status",
                                "whether the policy is compiled and in force"),
                        column("Age", "date", ".metadata.creationTimestamp", "time since the policy was made")),
                "schema",
                ordered("openAPIV3Schema", resource(kind)));
    }

    private static Map<String, Object> column(String name, String type, String path, String description) {
        return ordered("name", name, "type", type, "jsonPath", path, "description", description);
    }

    private Map<String, Object> resource(Kind kind) {
        var resource = structural(schema.definition(kind.kind));
        var properties = SchemaDocument.mapping(resource.get("properties"));
        properties.put("metadata", ordered("type", "object"));
        properties.put("status", structural(schema.definition("Status")));
        return resource;
    }

    private Map<String, Object> structural(Map<String, Object> from) {
        var to = new LinkedHashMap<String, Object>();
        from.forEach((keyword, value) -> {
            switch (keyword) {
                case "description", "type", "required", "enum", "default", "pattern", "format", "not", "anyOf" ->
                    to.put(keyword, value);
                case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum" ->
                    to.put(keyword, value);
                case "items" -> to.put(keyword, structural(schema.child(from, keyword)));
                case "properties" -> {
                    var properties = new LinkedHashMap<String, Object>();
                    schema.properties(from).forEach((name, property) -> properties.put(name, structural(property)));
                    to.put(keyword, properties);
                }
                case "additionalProperties" -> {
                    if (value instanceof Map<?, ?>) {
                        to.put(keyword, structural(schema.child(from, keyword)));
                    } else if (!from.containsKey("properties")) {
                        throw new IllegalArgumentException("a closed object without fields: " + from);
                    }
                }
                case "x-gatehouse-planned", "x-gatehouse-fix" -> {} // for the compiler's messages
                case "examples" -> {} // for the reference page
                default -> throw new IllegalArgumentException("no structural schema has '" + keyword + "'");
            }
        });
        return to;
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
