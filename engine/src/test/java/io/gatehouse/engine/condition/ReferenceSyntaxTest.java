// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// The reference's own cases of what its parser takes.
class ReferenceSyntaxTest {
    @Test
    void a_condition_is_taken_exactly_where_the_reference_takes_it() {
        var path = Shared.file("falco/filter_parser_cases.jsonl");
        var wrong = new ArrayList<String>();
        int cases = 0;
        for (var line : lines(path)) {
            var json = JsonMapper.shared().readTree(line);
            var text = json.get("input").asString();
            var parsed = ConditionParser.parse(Script.of(new SourceText("case", text)), Lists.NONE);
            boolean expected = json.get("expect").asString().equals("accept");
            if (parsed.expression().isPresent() != expected) {
                wrong.add(line + " but " + parsed);
            }
            assertEquals(parsed.expression().isEmpty(), !parsed.diagnostics().isEmpty(), line);
            cases++;
        }
        assertEquals(List.of(), wrong);
        assertTrue(cases >= 75, cases + " cases");
    }

    private static List<String> lines(java.nio.file.Path path) {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
