// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.Selection.Change;
import io.gatehouse.engine.rule.Selection.Target;
import io.gatehouse.schemas.field.Field.Source;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleSelectionTest {
    private static final String RULES = """
            - rule: Terminal shell
              desc: d
              condition: evt.type = execve
              output: o
              priority: WARNING
              tags: [shell, mitre]
            - rule: Terminal [any]
              desc: d
              condition: evt.type = open
              output: o
              priority: DEBUG
              tags: [file]
              enabled: false
            - rule: Audit
              desc: d
              condition: ka.verb = get
              output: o
              priority: CRITICAL
              tags: [mitre]
              source: k8s_audit
            """;

    @Test
    void without_selections_the_files_decide() {
        assertEquals(List.of("Terminal shell", "Audit"), enabled(RulesOptions.DEFAULT));
    }

    @Test
    void selections_work_in_order() {
        assertEquals(List.of("Audit"), enabled(select(disable("*"), enableTag("mitre"), disable("Terminal*"))));
        assertEquals(
                List.of("Terminal shell", "Terminal [any]"),
                enabled(select(enable("*"), disableTag("mitre"), enable("*shell"))));
    }

    @Test
    void a_pattern_covers_the_whole_name_and_only_the_star_is_special() {
        assertTrue(Wildcard.matches("*", ""));
        assertTrue(Wildcard.matches("a*b*c", "axxbyyc"));
        assertTrue(Wildcard.matches("a*a", "aa"));
        assertFalse(Wildcard.matches("a*a", "a"));
        assertFalse(Wildcard.matches("ab*bc", "abc"));
        assertFalse(Wildcard.matches("a*b*c", "acb"));
        assertFalse(Wildcard.matches("Terminal", "Terminal shell"));
        assertFalse(Wildcard.matches("Terminal ?any]", "Terminal [any]"));
        assertTrue(Wildcard.matches("Terminal [any]", "Terminal [any]"));
    }

    @Test
    void a_rule_below_the_least_priority_is_never_on() {
        assertEquals(
                List.of("Terminal shell", "Audit"), enabled(select(enable("*")).withLeast(Priority.NOTICE)));
        assertEquals(List.of("Audit"), enabled(RulesOptions.DEFAULT.withLeast(Priority.ERROR)));
    }

    @Test
    void a_rule_of_a_source_that_is_not_there_is_left_out_with_a_warning() {
        var compilation = compile(RULES, RulesOptions.DEFAULT.withSources(Set.of(Source.SYSCALL)));

        assertEquals(2, compilation.rules().orElseThrow().rules().size());
        assertEquals(
                List.of(Code.SKIPPED_SOURCE.id()),
                compilation.diagnostics().stream()
                        .map(diagnostic -> diagnostic.code())
                        .toList());
    }

    @Test
    void the_digest_follows_what_rules_do_and_not_how_they_are_written() {
        var written = compile(RULES, RulesOptions.DEFAULT).rules().orElseThrow().digest();
        var otherwise = compile(
                        "# a comment\n- macro: m\n  condition: (evt.type   = execve)\n"
                                + RULES.replace("condition: evt.type = execve", "condition: m")
                                        .replace("[shell, mitre]", "[mitre, shell]"),
                        RulesOptions.DEFAULT)
                .rules()
                .orElseThrow();
        assertEquals(written, otherwise.digest());
        for (var change : List.of(
                RULES.replace("execve", "execveat"),
                RULES.replace("output: o", "output: p"),
                RULES.replace("WARNING", "ERROR"),
                RULES.replace("[file]", "[files]"),
                RULES.replace("enabled: false", "enabled: true"),
                RULES.replace("enabled: false", "enabled: false\n  capture: true"))) {
            assertNotEquals(
                    written,
                    compile(change, RulesOptions.DEFAULT).rules().orElseThrow().digest(),
                    change);
        }
        assertNotEquals(
                written,
                compile(RULES, RulesOptions.DEFAULT.withMatching(RuleMatching.ALL))
                        .rules()
                        .orElseThrow()
                        .digest());
    }

    private static RulesOptions select(Selection... selections) {
        return RulesOptions.DEFAULT.withSelections(List.of(selections));
    }

    private static Selection enable(String pattern) {
        return new Selection(Change.ENABLE, new Target.Name(pattern));
    }

    private static Selection disable(String pattern) {
        return new Selection(Change.DISABLE, new Target.Name(pattern));
    }

    private static Selection enableTag(String tag) {
        return new Selection(Change.ENABLE, new Target.Tag(tag));
    }

    private static Selection disableTag(String tag) {
        return new Selection(Change.DISABLE, new Target.Tag(tag));
    }

    private static List<String> enabled(RulesOptions options) {
        return compile(RULES, options).rules().orElseThrow().rules().stream()
                .filter(Rule::enabled)
                .map(Rule::name)
                .toList();
    }

    private static RulesCompilation compile(String text, RulesOptions options) {
        return RulesCompiler.compile(List.of(new SourceText("rules.yaml", text)), options);
    }
}
