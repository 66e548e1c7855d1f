// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The reference's own rules: they must load, and mean what the reference made of them.
class ReferenceRulesTest {
    @Test
    void every_rule_loads_without_an_error() {
        for (var files : List.of(
                List.of("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"),
                List.of("k8s_audit_rules.yaml"))) {
            var read = RulesFiles.read(files.stream()
                    .map(file -> Shared.file("falco/rules/" + file))
                    .toArray(java.nio.file.Path[]::new));

            assertEquals("", DiagnosticPrinter.print(read.diagnostics()));
            assertTrue(read.rules().size() >= 48, read.rules().size() + " rules");
            assertTrue(read.rules().stream()
                    .allMatch(rule -> rule.typed().condition().isPresent()));
        }
    }

    @Test
    void a_condition_is_written_as_the_reference_writes_it_with_lists_and_macros_put_in() {
        assertCompiled("falco_rules");
        assertCompiled("k8s_audit_rules");
    }

    private static void assertCompiled(String name) {
        var read = RulesFiles.read(Shared.file("falco/rules/" + name + ".yaml"));
        var expected = new HashMap<String, JsonNode>();
        JsonMapper.shared()
                .readTree(Shared.file("falco/compiled/" + name + ".json").toFile())
                .forEach(rule -> expected.put(rule.get("rule").asString(), rule));
        var wrong = new ArrayList<String>();
        for (var rule : read.rules()) {
            var reference = expected.get(rule.name());
            var text = ByteText.readable(
                    ConditionPrinter.compiled(rule.resolved().expression().orElseThrow()));
            if (!text.equals(reference.get("condition_compiled").asString())) {
                wrong.add(rule.name() + "\n  " + text + "\n  "
                        + reference.get("condition_compiled").asString());
            }
            if (rule.source() == Source.SYSCALL) {
                var kinds =
                        EventKinds.names(EventKinds.of(rule.typed().condition().orElseThrow()));
                var events = new ArrayList<String>();
                reference.get("events").forEach(event -> events.add(event.asString()));
                if (!kinds.equals(events)) {
                    wrong.add(rule.name() + "\n  " + kinds + "\n  " + events);
                }
            }
        }
        assertEquals(expected.size(), read.rules().size());
        assertEquals("", String.join("\n", wrong));
    }
}
