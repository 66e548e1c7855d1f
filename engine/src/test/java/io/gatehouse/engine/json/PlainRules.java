// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The enabled rules of a file, asked one by one.
final class PlainRules {
    private final Map<String, Condition> enabled = new LinkedHashMap<>();
    private final JsonReaders readers = new JsonReaders(ZoneOffset.UTC, "");

    PlainRules(String file) {
        var source = new SourceText(file, new String(SharedData.bytes(file), StandardCharsets.UTF_8));
        var compiled = RulesCompiler.compile(List.of(source), RulesOptions.DEFAULT);
        assertTrue(compiled.rules().isPresent(), () -> compiled.diagnostics().toString());
        compiled.rules().get().rules().stream()
                .filter(Rule::enabled)
                .forEach(rule -> enabled.put(rule.name(), rule.condition()));
    }

    Map<String, Condition> enabled() {
        return enabled;
    }

    /// The rules that hold for an event, in the order of the file.
    List<String> matches(JsonEvent event) {
        return enabled.entrySet().stream()
                .filter(rule -> PlainEvaluator.holds(rule.getValue(), event, readers))
                .map(Map.Entry::getKey)
                .toList();
    }
}
