// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.schemas.policy.PolicyResource;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class PolicyResourceTest {
    @Test
    void every_definition_is_a_resource_that_is_followed() {
        var defined = new HashMap<String, String>();
        for (var text : CrdGenerator.files().values()) {
            Map<String, Object> definition = SchemaDocument.mapping(new Yaml().load(text));
            var spec = SchemaDocument.mapping(definition.get("spec"));
            var names = SchemaDocument.mapping(spec.get("names"));
            defined.put(
                    names.get("kind").toString(),
                    names.get("plural") + "." + spec.get("group") + " " + spec.get("scope"));
        }
        assertEquals(
                defined,
                Stream.of(PolicyResource.values())
                        .collect(Collectors.toMap(
                                PolicyResource::kind,
                                one -> one.definition() + " " + (one.namespaced() ? "Namespaced" : "Cluster"))));
    }
}
