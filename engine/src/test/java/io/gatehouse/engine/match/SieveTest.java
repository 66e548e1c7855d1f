// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What may be kept back because of one event that matched nothing.
class SieveTest {
    private static final int OPENAT_EXIT = 307;
    private static final int RULE_SETS = 300;
    private static final int EVENTS = 15;
    private static final int OF_A_GROUP = 12;
    private static final Set<String> ALWAYS_KNOWN = Set.of("evt.num", "evt.type");

    private final FakeEvent.Fields fields = new FakeEvent.Fields(false);

    @Test
    void no_event_of_a_group_that_cannot_match_satisfies_a_rule() {
        long seed = Long.getLong("gatehouse.seed", 1);
        int satisfied = 0;
        int kept = 0;
        for (int set = 0; set < RULE_SETS; set++) {
            var random = new Random(seed + set);
            var generated = new Generated(seed + set);
            var rules = generated.rules(1 + random.nextInt(4));
            var known = new RandomKnowledge(random);
            var sieve = Sieve.of(rules, Source.SYSCALL, fields, kinds(), known);
            for (int i = 0; i < EVENTS; i++) {
                var event = generated.event();
                boolean can = sieve.canMatch(event, event.kind());
                kept += can ? 0 : 1;
                long at = seed + set;
                for (int member = 0; member < OF_A_GROUP; member++) {
                    var other = known.ofTheGroup(event, generated.event());
                    assertEquals(
                            can,
                            sieve.canMatch(other, other.kind()),
                            () -> "one group, two answers, seed " + at + ": " + event + ", " + other);
                    if (satisfiesAny(rules, other)) {
                        satisfied++;
                        assertTrue(can, () -> "seed " + at + ", " + other);
                    }
                }
            }
        }
        assertTrue(satisfied > RULE_SETS, "rules and events hardly met, seed " + seed);
        assertTrue(kept > RULE_SETS, "hardly any group was kept back: " + kept + ", seed " + seed);
    }

    @Test
    void where_all_is_known_it_answers_as_the_rules_do() {
        long seed = Long.getLong("gatehouse.seed", 1);
        for (int set = 0; set < RULE_SETS; set++) {
            var generated = new Generated(seed + set);
            var rules = generated.rules(3);
            var sieve = Sieve.of(rules, Source.SYSCALL, fields, kinds(), _ -> Knowledge.VALUE);
            for (int i = 0; i < EVENTS; i++) {
                var event = generated.event();
                long at = seed + set;
                assertEquals(
                        satisfiesAny(rules, event),
                        sieve.canMatch(event, event.kind()),
                        () -> "seed " + at + ", " + event);
            }
        }
    }

    @Test
    void a_path_alone_keeps_back_whatever_else_is_asked() {
        var sieve = knowing(
                Map.of("fd.name", Knowledge.VALUE),
                check("fd.name", Operator.STARTSWITH, "/etc/"),
                check("proc.name", Operator.EQUAL, "sh"));

        assertFalse(can(sieve, "fd.name", "/tmp/a", "proc.name", "sh"));
        assertTrue(can(sieve, "fd.name", "/etc/a", "proc.name", "cat"), "another program may open it");
        assertFalse(can(sieve, "proc.name", "sh"), "a missing name is missing for all");
    }

    @Test
    void what_is_not_known_counts_for_neither_side_of_a_not() {
        var sieve = knowing(
                Map.of("fd.name", Knowledge.VALUE),
                new Condition.Not(new Condition.And(List.of(
                        check("fd.name", Operator.STARTSWITH, "/etc/"), check("proc.name", Operator.EQUAL, "sh")))));

        assertTrue(can(sieve, "fd.name", "/etc/a", "proc.name", "sh"), "another program satisfies it");
        assertTrue(can(sieve, "fd.name", "/tmp/a"));
    }

    @Test
    void a_sign_is_enough_for_what_asks_the_sign() {
        var signs = Map.of("fd.num", Knowledge.SIGN);

        assertFalse(can(knowing(signs, number("fd.num", Operator.GREATER_OR_EQUAL, 0)), "fd.num", -1L));
        assertFalse(can(knowing(signs, number("fd.num", Operator.LESS, 0)), "fd.num", 5L));
        assertTrue(can(knowing(signs, number("fd.num", Operator.GREATER, 2)), "fd.num", 1L), "another may be 3");
        assertTrue(can(knowing(signs, number("fd.num", Operator.EQUAL, -2)), "fd.num", -1L));
    }

    @Test
    void whether_it_is_the_host_is_not_which_container_it_is() {
        var whether = Map.<String, Knowledge>of("container.id", new Knowledge.Whether("host"));

        assertFalse(can(knowing(whether, check("container.id", Operator.EQUAL, "host")), "container.id", "abc"));
        assertFalse(can(knowing(whether, check("container.id", Operator.NOT_EQUAL, "host")), "container.id", "host"));
        assertTrue(can(knowing(whether, check("container.id", Operator.EQUAL, "def")), "container.id", "abc"));
    }

    @Test
    void of_a_kind_nobody_asked_about_the_answer_is_yes() {
        var rules = List.of(rule(check("fd.name", Operator.EQUAL, "/etc/shadow")));
        var sieve = Sieve.of(rules, Source.SYSCALL, fields, new BitSet(), _ -> Knowledge.VALUE);

        assertTrue(can(sieve, "fd.name", "/tmp/a"));
    }

    private static BitSet kinds() {
        var kinds = new BitSet();
        for (int kind : Generated.KINDS) {
            kinds.set(kind);
        }
        return kinds;
    }

    private boolean satisfiesAny(List<Rule> rules, FakeEvent event) {
        return rules.stream()
                .anyMatch(rule ->
                        rule.kinds().get(event.kind()) && PlainEvaluator.holds(rule.condition(), event, fields));
    }

    private Sieve<FakeEvent> knowing(Map<String, ? extends Knowledge> known, Condition... terms) {
        return Sieve.of(
                List.of(rule(terms)),
                Source.SYSCALL,
                fields,
                kinds(),
                use -> known.containsKey(use.field().name())
                        ? known.get(use.field().name())
                        : Knowledge.NOTHING);
    }

    private static boolean can(Sieve<FakeEvent> sieve, Object... namesAndValues) {
        return sieve.canMatch(FakeEvent.of(OPENAT_EXIT, namesAndValues), OPENAT_EXIT);
    }

    private static Rule rule(Condition... terms) {
        return Generated.rule(0, terms.length == 1 ? terms[0] : new Condition.And(List.of(terms)), kinds());
    }

    private static Check check(String field, Operator operator, String text) {
        return new Check(Generated.read(field), operator, new Operand.Text(text), Generated.NOWHERE);
    }

    private static Check number(String field, Operator operator, long number) {
        return new Check(Generated.read(field), operator, new Operand.Number(number), Generated.NOWHERE);
    }

    /// What is known of each field of each kind, by chance, but always the same.
    private static final class RandomKnowledge implements Knowledge.Of {
        private static final List<Knowledge> OF_TEXT = List.of(
                Knowledge.NOTHING,
                Knowledge.NOTHING,
                Knowledge.VALUE,
                Knowledge.VALUE,
                new Knowledge.Whether("host"),
                new Knowledge.Whether("sh"));
        private static final List<Knowledge> OF_NUMBERS =
                List.of(Knowledge.NOTHING, Knowledge.VALUE, Knowledge.SIGN, Knowledge.SIGN);

        private final Random random;
        private final Map<String, Knowledge> known = new HashMap<>();

        RandomKnowledge(Random random) {
            this.random = random;
        }

        @Override
        public Knowledge of(Knowledge.Use use) {
            var name = FakeEvent.name(use.field(), use.argument());
            var choices = use.field().type().isText() ? OF_TEXT : OF_NUMBERS;
            return ALWAYS_KNOWN.contains(name)
                    ? Knowledge.VALUE
                    : known.computeIfAbsent(name + use.kind(), _ -> choices.get(random.nextInt(choices.size())));
        }

        /// The other event, with what it must have in common with the one.
        FakeEvent ofTheGroup(FakeEvent one, FakeEvent other) {
            var fields = new HashMap<String, Object>();
            var names = new TreeSet<String>(one.fields().keySet());
            names.addAll(other.fields().keySet());
            for (var name : names) {
                var mine = one.fields().get(name);
                var its = other.fields().get(name);
                var chosen = ALWAYS_KNOWN.contains(name)
                        ? mine
                        : switch (known.getOrDefault(name + one.kind(), Knowledge.NOTHING)) {
                            case Knowledge.Nothing _ -> its;
                            case Knowledge.Value _ -> mine;
                            case Knowledge.Sign _ -> signOf(mine).equals(signOf(its)) ? its : mine;
                            case Knowledge.Whether(var text) ->
                                (mine == null) == (its == null) && text.equals(mine) == text.equals(its) ? its : mine;
                        };
                if (chosen != null) {
                    fields.put(name, chosen);
                }
            }
            return new FakeEvent(one.kind(), fields);
        }

        private static String signOf(Object value) {
            return value instanceof Long number && number != Long.MIN_VALUE ? number < 0 ? "-" : "+" : "missing";
        }
    }
}
