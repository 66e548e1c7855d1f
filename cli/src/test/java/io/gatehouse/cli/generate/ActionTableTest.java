// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.cli.generate.Action.Commands;
import io.gatehouse.cli.generate.Action.Console;
import io.gatehouse.cli.generate.Action.Enabled;
import io.gatehouse.cli.generate.Action.Nothing;
import io.gatehouse.cli.generate.Action.Own;
import io.gatehouse.cli.generate.Action.Plain;
import io.gatehouse.cli.generate.Action.RulesFile;
import io.gatehouse.cli.generate.Action.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ActionTableTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    /// A rule at the beginning of a list item, and whether it is switched off further down.
    private static final Pattern RULE = Pattern.compile("(?m)^- rule: (.+)$");

    private static final Pattern OFF = Pattern.compile("(?m)^  enabled: false$");

    private static final Map<RulesFile, Integer> UPSTREAM =
            Map.of(RulesFile.STABLE, 25, RulesFile.INCUBATING, 31, RulesFile.SANDBOX, 37);

    @Test
    void every_upstream_rule_has_one_action_or_one_reason() {
        var counts = new HashMap<RulesFile, Integer>();
        var rules = new HashSet<String>();
        for (var action : ActionTable.current()) {
            if (action.way() == Way.FIRST) {
                counts.merge(action.from(), 1, Integer::sum);
                assertTrue(rules.add(action.rule()), () -> action.rule() + " stands twice");
            } else {
                assertTrue(rules.contains(action.rule()), () -> action.rule() + " has another way and no first one");
            }
        }
        UPSTREAM.forEach((file, number) -> assertEquals(number, counts.get(file), file::name));
    }

    @Test
    void the_names_are_those_of_the_rules_files() throws IOException {
        var files = Map.of(
                RulesFile.STABLE,
                Path.of("../shared/falco/rules/falco_rules.yaml"),
                RulesFile.INCUBATING,
                Path.of("../shared/falco/rules/falco-incubating_rules.yaml"),
                RulesFile.SANDBOX,
                Path.of("../shared/falco/rules/falco-sandbox_rules.yaml"));
        for (var file : files.values()) {
            assumeTrue(Files.exists(ROOT.resolve(file)), "the upstream rules are not here");
        }
        for (var file : files.entrySet()) {
            assertEquals(rules(ROOT.resolve(file.getValue())), actions(file.getKey()));
        }
    }

    @Test
    void our_own_rules_have_one_action_each() throws IOException {
        assertEquals(rules(ROOT.resolve("docs/demo/generate/rules.yaml")), actions(RulesFile.DEMO));
    }

    @Test
    void the_guide_says_of_each_rule_what_is_done_or_why_not() throws IOException {
        var guide = Files.readString(ROOT.resolve("docs/guide/generator.md"));
        var missing = new ArrayList<String>();
        for (var row : RoundReport.markdown(ActionTable.current(), List.of())
                .lines()
                .skip(2)
                .toList()) {
            // What a detector said of it stands in the guide and not in the table: the fourth cell.
            var cells = row.split(" \\| ?", -1);
            var inGuide = guide.lines()
                    .filter(line -> line.startsWith(cells[0] + " | " + cells[1] + " | " + cells[2] + " |"))
                    .filter(line -> line.endsWith(" | " + cells[4] + " |"))
                    .count();
            if (inGuide == 0) {
                missing.add(row);
            }
        }
        assertEquals(List.of(), missing, "print it with: gatehouse generate --list --markdown");
    }

    /// Without this a misspelt name would be taken for a rule that stands in front.
    @Test
    void rules_that_stand_in_front_are_rules() {
        var actions = ActionTable.current();
        var names = new TreeSet<String>();
        actions.forEach(action -> names.add(action.rule()));
        for (var action : actions) {
            assertTrue(names.containsAll(action.shadowedBy()), action::rule);
        }
    }

    @Test
    void words_are_split_at_blanks_and_quotes_keep_them() {
        var action = only("""
                rule: R
                from: stable
                in: host
                does: something
                terminal: ~nginx -c 'two words' '' a\\ -> EPERM|3
                """);
        var step = ((Commands) action.deed()).steps().getFirst();
        assertEquals(Console.TERMINAL, step.console());
        assertEquals(
                List.of(new Own("nginx"), new Plain("-c"), new Plain("two words"), new Plain(""), new Plain("a\\")),
                step.words());
        assertEquals(Set.of(1, 3), step.ends());
    }

    @Test
    void a_rule_with_a_reason_does_nothing() {
        var action = only("rule: R\nfrom: sandbox\nenabled: no\nnot: nobody can\n");
        assertEquals(new Nothing("nobody can"), action.deed());
        assertEquals(Enabled.NO, action.enabled());
    }

    @Test
    void a_table_that_is_wrong_says_where() {
        var wrong = new TreeMap<String, String>(Map.of(
                "rule: R\nfrom: stable\nin: host\ndoes: d\n", "actions.txt:1: nothing is done",
                "rule: R\nrun: a\nfrom: stable\nin: host\n", "actions.txt:1: 'does' stands 0 times",
                "rule: R\nfrom: stable\nin: host\ndoes: d\nrun: a -> ENONE\n", "actions.txt:5: 'ENONE' is no exit code",
                "rule: R\nfrom: stable\nin: new\ndoes: d\nstart: cap=all\n",
                        "actions.txt:5: a container is started with",
                "# a\nrul: R\n", "actions.txt:2: no known word",
                "rule: R\nfrom: stable\nin: host\ndoes: d\nneeds: money\nrun: a\n", "actions.txt:5: a need is"));
        wrong.forEach((text, message) -> {
            var told = assertThrows(IllegalArgumentException.class, () -> ActionTable.read(text))
                    .getMessage();
            assertTrue(told.startsWith(message), told);
        });
    }

    private static Action only(String text) {
        var actions = ActionTable.read(text);
        assertEquals(1, actions.size());
        return actions.getFirst();
    }

    private static Map<String, Enabled> actions(RulesFile file) {
        var found = new TreeMap<String, Enabled>();
        for (var action : ActionTable.current()) {
            if (action.from() == file) {
                found.put(action.rule(), action.enabled());
            }
        }
        return found;
    }

    private static Map<String, Enabled> rules(Path file) throws IOException {
        var text = Files.readString(file);
        var found = new TreeMap<String, Enabled>();
        var matches = RULE.matcher(text).results().toList();
        for (int i = 0; i < matches.size(); i++) {
            int end = i + 1 < matches.size() ? matches.get(i + 1).start() : text.length();
            boolean off = OFF.matcher(text.substring(matches.get(i).end(), end)).find();
            found.put(matches.get(i).group(1).strip(), off ? Enabled.NO : Enabled.YES);
        }
        assertTrue(found.size() > 3, file + " was not understood");
        return found;
    }
}
