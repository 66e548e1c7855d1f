// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.SourceText;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Files that are large, deep, or made to hurt: bounded time, and an error that says what is too much.
class RulesLimitsTest {
    /// Far above what is needed, since other work may share the machine.
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void ten_thousand_rules_compile() {
        var text = new StringBuilder("- macro: opens\n  condition: evt.type in (open, openat)\n");
        for (int i = 0; i < 10_000; i++) {
            text.append(rule("rule " + i, "opens and proc.name = p" + i));
        }
        assertEquals(10_000, compile(text).rules().orElseThrow().rules().size());
    }

    @Test
    void a_larger_file_than_is_read_is_refused() {
        assertCodes("# " + "x".repeat(17 * 1024 * 1024), Code.TEXT_TOO_LARGE);
    }

    @Test
    void a_billion_laughs_in_yaml_are_refused() {
        var text = new StringBuilder("- &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i <= 9; i++) {
            text.append("- &a%d [%s]\n".formatted(i, ("*a" + (i - 1) + ", ").repeat(10)));
        }
        assertTrue(codes(compile(text)).contains(Code.TOO_MANY_VALUES.id()));
    }

    @Test
    void a_billion_laughs_in_macros_are_refused() {
        var text = new StringBuilder("- macro: m0\n  condition: evt.type = open\n");
        for (int i = 1; i <= 60; i++) {
            text.append("- macro: m%d\n  condition: m%d and m%d\n".formatted(i, i - 1, i - 1));
        }
        text.append(rule("laughs", "m60"));
        assertCodes(text.toString(), Code.CONDITION_TOO_LARGE);
    }

    @Test
    void a_billion_laughs_in_lists_are_refused() {
        var text = new StringBuilder("- list: l0\n  items: [lol, lol]\n");
        for (int i = 1; i <= 60; i++) {
            text.append("- list: l%d\n  items: [l%d, l%d]\n".formatted(i, i - 1, i - 1));
        }
        text.append(rule("laughs", "evt.type = open and proc.name in (l60)"));
        assertTrue(codes(compile(text)).contains(Code.EXPANSION_TOO_LARGE.id()));
    }

    @Test
    void ten_thousand_macros_may_each_name_the_one_before() {
        var text = new StringBuilder("- macro: m0\n  condition: evt.type = open\n");
        for (int i = 1; i < 10_000; i++) {
            text.append("- macro: m%d\n  condition: m%d\n".formatted(i, i - 1));
        }
        text.append(rule("chain", "m9999"));
        assertEquals(1, compile(text).rules().orElseThrow().rules().size());
    }

    @Test
    void macros_that_only_stand_in_the_wrong_order_for_ten_thousand_steps_end() {
        var text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append("- macro: m%d\n  condition: evt.type = open\n".formatted(i));
        }
        for (int i = 0; i < 9_999; i++) {
            text.append("- macro: m%d\n  condition: not m%d\n".formatted(i, i + 1));
        }
        text.append(rule("chain", "m0"));
        assertCodes(text.toString(), Code.CONDITION_TOO_LARGE);
    }

    @Test
    void lists_in_lists_for_ten_thousand_steps_end() {
        var text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append("- list: l%d\n  items: [l%d]\n".formatted(i, i + 1));
        }
        text.append(rule("chain", "evt.type = open and proc.name in (l0)"));
        assertTrue(compile(text).rules().isPresent());
    }

    @Test
    void a_large_list_in_very_many_rules_is_refused_as_a_whole() {
        var items = IntStream.range(0, 20_000).mapToObj(i -> "i" + i).collect(Collectors.joining(", "));
        var text = new StringBuilder("- list: large\n  items: [" + items + "]\n");
        for (int i = 0; i < 1_500; i++) {
            text.append(rule("rule " + i, "evt.type = open and proc.name in (large)"));
        }
        assertCodes(text.toString(), Code.EXPANSION_TOO_LARGE);
    }

    @Test
    void twenty_thousand_parts_may_be_appended_to_one_rule() {
        var text = new StringBuilder(rule("one", "evt.type = open"));
        for (int i = 0; i < 20_000; i++) {
            text.append(
                    "- rule: one\n  condition: and proc.name != p%d\n  override: {condition: append}\n".formatted(i));
        }
        assertEquals(1, compile(text).rules().orElseThrow().rules().size());
    }

    @Test
    void twenty_thousand_exceptions_of_one_rule_end() {
        var text = new StringBuilder(rule("one", "evt.type = open"));
        for (int i = 0; i < 20_000; i++) {
            text.append(
                    "- rule: one\n  append: true\n  exceptions:\n    - {name: e%d, fields: proc.name, values: [a]}\n"
                            .formatted(i));
        }
        assertEquals(1, compile(text).rules().orElseThrow().rules().size());
    }

    @Test
    void values_deeper_than_is_read_are_refused() {
        assertCodes("- list: l\n  items: " + "[".repeat(5000) + "]".repeat(5000), Code.TOO_DEEP);
        assertCodes(
                rule("deep", "(".repeat(100_000) + "evt.type = open" + ")".repeat(100_000)), Code.CONDITION_TOO_LARGE);
        assertTrue(compile(new StringBuilder(rule("nots", "not ".repeat(100_000) + "evt.type = open")))
                .rules()
                .isPresent());
    }

    @Test
    void of_a_flood_of_errors_the_first_thousand_are_told() {
        var text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append(rule("rule " + i, "evt.type = open and unknown" + i));
        }
        assertEquals(Findings.MOST_ERRORS, compile(text).findings().size());
    }

    private static RulesCompilation compile(CharSequence text) {
        var file = new SourceText("rules.yaml", text.toString());
        return assertTimeoutPreemptively(LONG, () -> RulesCompiler.compile(List.of(file), RulesOptions.DEFAULT));
    }

    private static void assertCodes(String text, Code code) {
        var compilation = compile(text);
        assertEquals(new TreeSet<>(List.of(code.id())), new TreeSet<>(codes(compilation)));
        assertTrue(compilation.rules().isEmpty());
    }

    private static List<String> codes(RulesCompilation compilation) {
        return compilation.diagnostics().stream()
                .map(diagnostic -> diagnostic.code())
                .toList();
    }

    private static String rule(String name, String condition) {
        return "- rule: %s\n  desc: d\n  condition: %s\n  output: o\n  priority: INFO\n".formatted(name, condition);
    }
}
