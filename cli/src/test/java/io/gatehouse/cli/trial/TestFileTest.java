// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestFileTest {
    private static final String GOOD = """
            apiVersion: gatehouse.io/v1alpha1
            kind: PolicyTest
            metadata: {name: shells}
            rules: [rules.yaml]
            matching: first
            cases:
              - {name: one, events: a.scap, alerts: {Shell: 2}}
              - {name: none, events: b.jsonl, alerts: {}}
            """;

    @Test
    void a_test_says_rules_events_and_alerts() {
        var test = TestFile.read(new SourceText("t", GOOD)).test().orElseThrow();
        assertEquals(List.of("rules.yaml"), test.rules());
        assertEquals(TestFile.Matching.FIRST, test.matching());
        assertEquals(
                List.of(
                        new TestFile.Case("one", "a.scap", Map.of("Shell", 2)),
                        new TestFile.Case("none", "b.jsonl", Map.of())),
                test.cases());
    }

    @Test
    void everything_wrong_is_told_at_its_place() {
        var problems = TestFile.read(new SourceText("t", """
                        apiVersion: gatehouse.io/v1
                        kind: PolicyTest
                        matching: some
                        rule: [x]
                        cases:
                          - {name: one, events: a.scap, alerts: {Shell: many}}
                          - {name: one, events: 3, alerts: [], extra: 1}
                        """)).problems();
        assertEquals(
                List.of(
                        "GH-1104 4:1",
                        "GH-1108 1:13",
                        "GH-1106 1:1",
                        "GH-1108 3:11",
                        "GH-1107 6:49",
                        "GH-1104 7:40",
                        "GH-1107 7:25",
                        "GH-1107 7:36",
                        "GH-1004 7:5"),
                problems.stream().map(TestFileTest::place).toList());
    }

    /// Both must take and refuse the same, or an editor says other things than the command.
    @Test
    void the_schema_for_editors_agrees() throws IOException {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                        new String(
                                TestFile.class
                                        .getResourceAsStream("/io/gatehouse/schemas/PolicyTest.v1alpha1.json")
                                        .readAllBytes(),
                                StandardCharsets.UTF_8),
                        InputFormat.JSON);
        var broken = List.of(
                GOOD.replace("PolicyTest", "Policy"),
                GOOD.replace("v1alpha1", "v1"),
                GOOD.replace("rules: [rules.yaml]\n", ""),
                GOOD.replace("[rules.yaml]", "[]"),
                GOOD.replace("first", "last"),
                GOOD.replace("name: one, ", ""),
                GOOD.replace("Shell: 2", "Shell: two"),
                GOOD.replace("events: a.scap", "event: a.scap"),
                GOOD.replace("alerts: {}", "alerts: 3"));
        assertTrue(schema.validate(GOOD, InputFormat.YAML).isEmpty());
        for (var text : broken) {
            assertTrue(TestFile.read(new SourceText("t", text)).test().isEmpty(), text);
            assertTrue(!schema.validate(text, InputFormat.YAML).isEmpty(), text);
        }
    }

    private static String place(Diagnostic problem) {
        return problem.code() + " " + problem.span().line() + ":"
                + problem.span().column();
    }
}
