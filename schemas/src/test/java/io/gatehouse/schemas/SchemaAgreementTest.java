// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/// The JSON Schema and the custom resource definitions accept and refuse the same documents.
///
/// The definitions are read as the API server reads them under strict field validation (what `kubectl` asks for by
/// default): an unknown field is refused. Metadata is the API server's own and is left out of the comparison, but for
/// samples whose first line says `# only in files`.
class SchemaAgreementTest {
    private static final Path SAMPLES =
            Path.of(System.getProperty("gatehouse.root"), "schemas/src/test/resources/io/gatehouse/schemas/samples");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, String> DEFINITIONS = Map.of(
            "ClusterWorkloadPolicy", "clusterworkloadpolicies.yaml",
            "RuleResponse", "ruleresponses.yaml",
            "EmergencyBrake", "emergencybrakes.yaml",
            "PolicyExemption", "policyexemptions.yaml",
            "ClusterPolicyExemption", "clusterpolicyexemptions.yaml");

    private final Schema schema = registry().getSchema(PolicySchema.text(), InputFormat.JSON);

    @TestFactory
    Stream<DynamicTest> both_accept() throws IOException {
        return samples("accept")
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    assertEquals(List.of(), schema.validate(json(file), InputFormat.JSON), "JSON Schema");
                    assertEquals(List.of(), definition(file).validate(json(file), InputFormat.JSON), "definition");
                }));
    }

    @TestFactory
    Stream<DynamicTest> both_refuse() throws IOException {
        return samples("refuse")
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    assertFalse(schema.validate(json(file), InputFormat.JSON).isEmpty(), "the JSON Schema accepts it");
                    boolean onlyInFiles = Files.readString(file).startsWith("# only in files");
                    assertEquals(
                            onlyInFiles,
                            definition(file)
                                    .validate(json(file), InputFormat.JSON)
                                    .isEmpty(),
                            "whether the definition accepts it");
                }));
    }

    @Test
    void there_are_samples_of_both_sorts() throws IOException {
        assertTrue(samples("accept").count() >= 5);
        assertTrue(samples("refuse").count() >= 20);
    }

    private static Stream<Path> samples(String sort) throws IOException {
        try (var files = Files.list(SAMPLES.resolve(sort))) {
            return files.sorted().toList().stream();
        }
    }

    private static String json(Path file) throws IOException {
        return JSON.writeValueAsString(dateless(new Yaml().load(Files.readString(file))));
    }

    /// The YAML library turns an unquoted date into a moment; Kubernetes leaves it text.
    private static Object dateless(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((k, v) -> copy.put(k.toString(), dateless(v)));
                yield copy;
            }
            case List<?> list ->
                list.stream().map(SchemaAgreementTest::dateless).toList();
            case java.util.Date date -> date.toInstant().toString().substring(0, 10);
            case null -> null;
            default -> value;
        };
    }

    private static Schema definition(Path sample) throws IOException {
        var text = Files.readString(sample);
        var file = DEFINITIONS.entrySet().stream()
                .filter(each -> text.contains("kind: " + each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("workloadpolicies.yaml");
        var committed = Files.readString(Path.of(System.getProperty("gatehouse.root"), "deploy/crd", file));
        var strict = strict(GeneratedFilesTest.schemaOf(committed));
        var properties = SchemaDocument.mapping(strict.get("properties"));
        properties.put("metadata", Map.of("type", "object"));
        return registry().getSchema(JSON.writeValueAsString(strict), InputFormat.JSON);
    }

    /// A structural schema with every object of known fields closed.
    private static Map<String, Object> strict(Map<String, Object> schema) {
        var strict = new LinkedHashMap<String, Object>();
        schema.forEach((keyword, value) -> strict.put(
                keyword,
                switch (keyword) {
                    case "properties" -> {
                        var fields = new LinkedHashMap<String, Object>();
                        SchemaDocument.mapping(value)
                                .forEach((name, field) -> fields.put(name, strict(SchemaDocument.mapping(field))));
                        yield fields;
                    }
                    case "items", "additionalProperties" -> strict(SchemaDocument.mapping(value));
                    default -> value;
                }));
        if (strict.containsKey("properties")) {
            strict.put("additionalProperties", false);
        }
        return strict;
    }

    private static SchemaRegistry registry() {
        var config =
                SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(config));
    }
}
