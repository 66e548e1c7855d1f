// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// What is generated from the schema and the tables is committed, and equal to what would be generated now. After a
/// change of those, `-Dgatehouse.golden=write` writes the files anew.
class GeneratedFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path CRDS = ROOT.resolve("deploy/crd");

    @Test
    void the_committed_definitions_are_those_the_schema_gives() throws IOException {
        for (var file : CrdGenerator.files().entrySet()) {
            same(CRDS.resolve(file.getKey()), file.getValue());
        }
        same(CRDS.resolve("kustomization.yaml"), CrdGenerator.kustomization());
        try (var files = Files.list(CRDS)) {
            assertEquals(
                    Stream.concat(CrdGenerator.files().keySet().stream(), Stream.of(CrdGenerator.BY_HAND))
                            .sorted()
                            .toList(),
                    files.map(f -> f.getFileName().toString())
                            .filter(name -> !name.equals("kustomization.yaml"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void the_committed_reference_is_the_one_the_schema_gives() throws IOException {
        same(ROOT.resolve("docs/reference/policy.md"), ReferenceGenerator.page());
    }

    @Test
    void the_committed_pages_of_fields_and_events_are_those_their_tables_give() throws IOException {
        same(ROOT.resolve("docs/reference/fields.md"), FieldsPage.page());
        same(ROOT.resolve("docs/reference/events.md"), EventsPage.page());
    }

    @Test
    void a_definition_is_structural_as_the_api_server_demands() throws IOException {
        for (var text : definitions()) {
            structural(schemaOf(text), "", true);
        }
    }

    @Test
    void every_field_says_what_it_means() throws IOException {
        for (var text : definitions()) {
            described(schemaOf(text), "");
        }
    }

    private static List<String> definitions() throws IOException {
        var all = new ArrayList<>(CrdGenerator.files().values());
        all.add(Files.readString(CRDS.resolve(CrdGenerator.BY_HAND)));
        return all;
    }

    static Map<String, Object> schemaOf(String definition) {
        var spec = SchemaDocument.mapping(
                SchemaDocument.mapping(new Yaml().load(definition)).get("spec"));
        var version = SchemaDocument.mapping(((List<?>) spec.get("versions")).getFirst());
        return SchemaDocument.mapping(
                SchemaDocument.mapping(version.get("schema")).get("openAPIV3Schema"));
    }

    /// Every node has a type; nothing closed beside known fields; inside `not` and `anyOf` only value checks.
    private static void structural(Map<String, Object> schema, String path, boolean core) {
        assertEquals(core, schema.containsKey("type"), "type at " + path);
        for (var refused : List.of("$ref", "const", "if", "then", "else", "oneOf", "uniqueItems", "definitions")) {
            assertFalse(schema.containsKey(refused), refused + " at " + path);
        }
        assertFalse(schema.containsKey("properties") && schema.containsKey("additionalProperties"), path);
        if (!core) {
            for (var refused : List.of("description", "default", "additionalProperties", "nullable")) {
                assertFalse(schema.containsKey(refused), refused + " inside a junctor at " + path);
            }
        }
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            SchemaDocument.mapping(properties)
                    .forEach((name, field) -> structural(SchemaDocument.mapping(field), path + "." + name, core));
        }
        for (var keyword : List.of("items", "additionalProperties")) {
            if (schema.containsKey(keyword)) {
                structural(SchemaDocument.mapping(schema.get(keyword)), path + "[]", core);
            }
        }
        if (schema.containsKey("not")) {
            structural(SchemaDocument.mapping(schema.get("not")), path, false);
        }
        for (var choice : (List<?>) schema.getOrDefault("anyOf", List.of())) {
            structural(SchemaDocument.mapping(choice), path, false);
        }
    }

    private static void described(Map<String, Object> schema, String path) {
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            SchemaDocument.mapping(properties).forEach((name, given) -> {
                var field = SchemaDocument.mapping(given);
                assertTrue(
                        path.isEmpty() && name.equals("metadata") || field.get("description") instanceof String,
                        "no description at " + path + "." + name);
                described(field, path + "." + name);
            });
        }
        if (schema.containsKey("items")) {
            described(SchemaDocument.mapping(schema.get("items")), path + "[]");
        }
    }

    private static void same(Path file, String generated) throws IOException {
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, generated);
        }
        assertEquals(generated, Files.readString(file), file + " is not what its declaration gives");
    }
}
