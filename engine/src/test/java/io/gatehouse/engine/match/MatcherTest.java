// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.schemas.field.Field.Source;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a matcher promises beside agreeing with the plain evaluator.
class MatcherTest {
    private static final int OPENAT_EXIT = 307;
    private static final int EXECVE_EXIT = 293;

    private final FakeEvent.Fields fields = new FakeEvent.Fields();

    @Test
    void rules_are_reported_by_position_whatever_the_order_of_the_list() {
        var always = number("fd.num", Operator.GREATER_OR_EQUAL, 0);
        var rules = List.of(rule(7, always), rule(2, always), rule(5, always));
        var event = FakeEvent.of(OPENAT_EXIT, "fd.num", 3L);

        assertEquals(List.of("rule 2", "rule 5", "rule 7"), matches(rules, RuleMatching.ALL, event));
        assertEquals(List.of("rule 2"), matches(rules, RuleMatching.FIRST, event));
    }

    @Test
    void rules_that_are_off_and_rules_of_other_sources_are_passed_over() {
        var always = number("fd.num", Operator.GREATER_OR_EQUAL, 0);
        var off = changed(rule(0, always), Source.SYSCALL, false);
        var audit = changed(rule(1, always), Source.K8S_AUDIT, true);
        var event = FakeEvent.of(OPENAT_EXIT, "fd.num", 3L);

        assertEquals(List.of("rule 2"), matches(List.of(off, audit, rule(2, always)), RuleMatching.ALL, event));
    }

    @Test
    void no_field_is_read_of_an_event_whose_kind_no_rule_asks_for() {
        var plan = plan(
                List.of(rule(0, text("evt.type", Operator.EQUAL, "execve"), text("proc.name", Operator.EQUAL, "sh"))));

        matches(plan, FakeEvent.of(OPENAT_EXIT, "evt.type", "openat", "proc.name", "sh"));

        assertTrue(fields.reads.isEmpty(), fields.reads::toString);
        assertFalse(plan.concerns(OPENAT_EXIT));
        assertTrue(plan.concerns(EXECVE_EXIT));
    }

    @Test
    void each_field_is_read_at_most_once_an_event_and_its_type_never() {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < 40; i++) {
            rules.add(rule(
                    i,
                    text("evt.type", Operator.IN, "openat", "execve"),
                    text("proc.name", Operator.EQUAL, i % 2 == 0 ? "sh" : "bash"),
                    new Condition.Or(List.of(
                            text("fd.name", Operator.CONTAINS, "a" + i),
                            text("proc.cmdline", Operator.CONTAINS, "b" + i))),
                    number("fd.num", Operator.GREATER, i)));
        }
        var event = FakeEvent.of(
                OPENAT_EXIT,
                "evt.type",
                "openat",
                "proc.name",
                "sh",
                "fd.name",
                "a3a4",
                "proc.cmdline",
                "b6",
                "fd.num",
                5L);

        assertEquals(List.of("rule 4"), matches(rules, RuleMatching.ALL, event));
        assertEquals(Set.of("proc.name", "fd.name", "proc.cmdline", "fd.num"), fields.reads.keySet());
        assertTrue(fields.reads.values().stream().allMatch(count -> count == 1), fields.reads::toString);
    }

    /// What was found in a text is remembered by the text's object.
    @Test
    void the_same_text_leads_to_the_same_rules_again() {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < 5; i++) {
            rules.add(rule(i, text("proc.cmdline", Operator.CONTAINS, "part" + i)));
        }
        var matcher = plan(rules).matcher(RuleMatching.ALL);
        var with = FakeEvent.of(OPENAT_EXIT, "proc.cmdline", "a part3 and part1");
        var without = FakeEvent.of(OPENAT_EXIT, "proc.cmdline", "no parts");
        for (int turn = 0; turn < 3; turn++) {
            assertEquals(List.of("rule 1", "rule 3"), matches(matcher, with));
            assertEquals(List.of("rule 1", "rule 3"), matches(matcher, with));
            assertEquals(List.of(), matches(matcher, without));
            assertEquals(List.of(), matches(matcher, without));
        }
    }

    /// An unsigned number above the greatest long is held as a negative one.
    @Test
    void unsigned_numbers_are_compared_as_such() {
        var rules = List.of(
                rule(0, number("user.uid", Operator.LESS, 4)), rule(1, number("user.uid", Operator.GREATER, 4)));

        assertEquals(List.of("rule 0"), matches(rules, RuleMatching.ALL, FakeEvent.of(OPENAT_EXIT, "user.uid", 2L)));
        assertEquals(List.of("rule 1"), matches(rules, RuleMatching.ALL, FakeEvent.of(OPENAT_EXIT, "user.uid", -2L)));
    }

    @Test
    void an_event_that_matches_nothing_allocates_nothing() {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < 100; i++) {
            rules.add(rule(
                    i,
                    text("fd.name", Operator.STARTSWITH, "/etc/" + i),
                    text("proc.name", Operator.IN, "sh", "bash" + i),
                    new Condition.Or(List.of(
                            text("proc.cmdline", Operator.CONTAINS, "x" + i),
                            text("fd.directory", Operator.EQUAL, "/" + i)))));
        }
        var matcher = MatchPlan.compile(rules, Source.SYSCALL, new FakeEvent.Fields(false))
                .matcher(RuleMatching.ALL);
        var events = List.of(
                FakeEvent.of(OPENAT_EXIT, "fd.name", "/etc/7/a", "proc.name", "sh", "proc.cmdline", "sh -c y"),
                FakeEvent.of(OPENAT_EXIT, "fd.name", "/etc/7/b", "proc.name", "bash7", "fd.directory", "/etc/7"),
                FakeEvent.of(EXECVE_EXIT, "proc.name", "sh"));
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int matches = match(matcher, events, 5_000); // so that lambdas are linked and loops compiled

        long least = Long.MAX_VALUE;
        for (int turn = 0; turn < 5; turn++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            matches += match(matcher, events, 10_000);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, matches);
        long bytes = least;
        assertTrue(bytes < 1_000, () -> bytes + " bytes for 30,000 events, the counter's own included");
    }

    private static int match(Matcher<FakeEvent> matcher, List<FakeEvent> events, int turns) {
        int matches = 0;
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < events.size(); i++) {
                var event = events.get(i);
                matches += matcher.match(event, event.kind(), (_, _) -> {});
            }
        }
        return matches;
    }

    @Test
    void every_pass_says_what_it_did() {
        var reports =
                plan(List.of(rule(0, text("proc.name", Operator.EQUAL, "sh")))).passes();

        assertEquals(
                Passes.ALL.stream().map(Pass::name).toList(),
                reports.stream().map(PassReport::name).toList());
        assertTrue(reports.stream().noneMatch(report -> report.did().isBlank()), reports::toString);
    }

    @Test
    void a_plan_can_be_told_in_words() {
        var plan = plan(List.of(
                rule(
                        0,
                        number("evt.is_open_write", Operator.EQUAL, 1),
                        new Condition.Or(List.of(
                                text("fd.name", Operator.EQUAL, "/etc/shadow"),
                                text("fd.directory", Operator.EQUAL, "/root")))),
                rule(
                        1,
                        number("evt.is_open_write", Operator.EQUAL, 1),
                        text("proc.cmdline", Operator.CONTAINS, "curl"))));

        assertEquals(
                List.of(
                        "evt.is_open_write decides for 2 of 2 rules",
                        "fd.name, fd.directory lead to 1 of 2 rules",
                        "rest of rule 1: proc.cmdline contains"),
                plan.outline(OPENAT_EXIT));
    }

    private List<String> matches(List<Rule> rules, RuleMatching matching, FakeEvent event) {
        return matches(plan(rules).matcher(matching), event);
    }

    private static List<String> matches(MatchPlan<FakeEvent> plan, FakeEvent event) {
        return matches(plan.matcher(RuleMatching.ALL), event);
    }

    private static List<String> matches(Matcher<FakeEvent> matcher, FakeEvent event) {
        var names = new ArrayList<String>();
        matcher.match(event, event.kind(), (rule, _) -> names.add(rule.name()));
        return names;
    }

    private MatchPlan<FakeEvent> plan(List<Rule> rules) {
        return MatchPlan.compile(rules, Source.SYSCALL, fields);
    }

    private static Rule rule(int position, Condition... terms) {
        var kinds = new BitSet();
        kinds.set(OPENAT_EXIT);
        kinds.set(EXECVE_EXIT);
        return Generated.rule(position, terms.length == 1 ? terms[0] : new Condition.And(List.of(terms)), kinds);
    }

    private static Rule changed(Rule rule, Source source, boolean enabled) {
        return new Rule(
                rule.name(),
                rule.position(),
                source,
                "",
                rule.condition(),
                rule.kinds(),
                "",
                Priority.DEBUG,
                List.of(),
                enabled,
                rule.span());
    }

    private static Check text(String field, Operator operator, String... texts) {
        var operand = operator == Operator.IN ? new Operand.Texts(Set.of(texts)) : new Operand.Text(texts[0]);
        return new Check(Generated.read(field), operator, operand, Generated.NOWHERE);
    }

    private static Check number(String field, Operator operator, long number) {
        return new Check(Generated.read(field), operator, new Operand.Number(number), Generated.NOWHERE);
    }
}
