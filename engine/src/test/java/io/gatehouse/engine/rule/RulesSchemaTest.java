// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The schema for editors marks what the compiler refuses for its shape, and nothing in files that are right.
class RulesSchemaTest {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schema(), InputFormat.JSON);

    @TestFactory
    Stream<DynamicTest> nothing_is_marked_in_rules_files_of_today() {
        Upstream.assumed();
        return Upstream.files("rules").stream()
                .map(file -> DynamicTest.dynamicTest(
                        file,
                        () -> assertEquals(List.of(), marks(Upstream.file(file).text()))));
    }

    @Test
    void every_form_of_an_entry_is_taken() {
        assertEquals(List.of(), marks("""
                - required_engine_version: 26
                - required_engine_version: 0.57.0
                - required_plugin_versions:
                    - {name: json, version: 0.7.0, alternatives: [{name: other, version: 1.0.0}]}
                - list: l
                  items: [a, 80, yes]
                - list: l
                  items: [b]
                  override: {items: append}
                - macro: m
                  condition: evt.type = open
                - rule: r
                  desc: d
                  condition: m
                  output: o
                  priority: Info
                  capture: true
                  capture_duration: 100
                  exceptions:
                    - {name: e, fields: proc.name, comps: in, values: [a, 7]}
                    - {name: f, fields: [proc.name, proc.pid], values: [[a, 1], [[b, c], 2]]}
                - rule: r
                  priority: ERROR
                  exceptions: [{name: e, values: [c]}]
                  override: {priority: replace, exceptions: append}
                - rule: r
                  append: true
                  condition: and proc.name = a
                - rule: r
                  enabled: false
                """));
    }

    @Test
    void what_the_compiler_refuses_for_its_shape_is_marked() {
        for (var text : List.of(
                "rule: a",
                "- a",
                "- {rul: a}",
                "- {list: a}",
                "- {list: a, items: b}",
                "- {list: a b, items: [c]}",
                "- {macro: a-b, condition: c}",
                "- {macro: a, condition: c, conditions: d}",
                "- {rule: a, desc: d, condition: c, output: o}",
                "- {rule: a, desc: d, condition: c, output: o, priority: HIGH}",
                "- {rule: a, desc: d, condition: c, output: o, priority: INFO, enabled: maybe}",
                "- {rule: a, desc: d, condition: c, output: o, priority: INFO, exceptions: [{name: e}]}",
                "- {rule: a, priority: INFO, override: {priority: append}}",
                "- {rule: a, condition: c, append: true, override: {condition: append}}",
                "- {rule: a, append: true}",
                "- {required_engine_version: new}",
                "- required_plugin_versions: [{name: a}]")) {
            assertTrue(!marks(text).isEmpty(), text);
        }
    }

    private static List<String> marks(String yaml) {
        return YamlReader.read(new SourceText("rules.yaml", yaml)).documents().stream()
                .flatMap(document -> SCHEMA.validate(json(document)).stream())
                .map(Object::toString)
                .toList();
    }

    private static JsonNode json(Node node) {
        var make = JsonNodeFactory.instance;
        return switch (node) {
            case Node.Mapping mapping -> {
                var object = make.objectNode();
                mapping.entries().forEach(entry -> object.set(entry.key(), json(entry.value())));
                yield object;
            }
            case Node.Sequence sequence -> {
                var array = make.arrayNode();
                sequence.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case Node.Text text -> make.stringNode(text.value());
            case Node.Bool bool -> make.booleanNode(bool.value());
            case Node.Number number ->
                number.literal().matches("[0-9]+")
                        ? make.numberNode(Long.parseLong(number.literal()))
                        : make.numberNode(new BigDecimal(number.literal()));
            case Node.Null _ -> make.nullNode();
        };
    }

    private static String schema() {
        try (var in = FieldCatalogue.class.getResourceAsStream("/io/gatehouse/schemas/FalcoRules.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
