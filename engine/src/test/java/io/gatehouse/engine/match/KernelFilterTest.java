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
import io.gatehouse.engine.match.KernelNeed.Opening;
import io.gatehouse.engine.match.KernelNeed.Result;
import io.gatehouse.engine.match.KernelNeed.Scope;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.event.EventTable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the kernel may keep to itself.
class KernelFilterTest {
    private static final int OPENAT_EXIT = 307;
    private static final int EXECVE_EXIT = 293;
    private static final int RULE_SETS = 300;
    private static final int EVENTS = 60;

    private final FakeEvent.Fields fields = new FakeEvent.Fields();

    @Test
    void every_event_that_satisfies_a_rule_is_wanted() {
        long seed = Long.getLong("gatehouse.seed", 1);
        int satisfied = 0;
        int kept = 0;
        for (int set = 0; set < RULE_SETS; set++) {
            var generated = new Generated(seed + set);
            var rules = generated.rules(5);
            var together = KernelFilter.of(rules);
            for (int i = 0; i < EVENTS; i++) {
                var event = consistent(generated.event());
                for (var rule : rules) {
                    var alone = KernelFilter.of(List.of(rule));
                    if (rule.kinds().get(event.kind()) && PlainEvaluator.holds(rule.condition(), event, fields)) {
                        satisfied++;
                        long at = seed + set;
                        assertTrue(wants(alone, event), () -> "seed " + at + ", " + rule + ", " + event);
                        assertTrue(wants(together, event), () -> "seed " + at + ", " + event);
                        assertTrue(alone.widest(event.kind()).orElseThrow().admits(view(event)), "seed " + at);
                    }
                }
                kept += wants(together, event) ? 0 : 1;
            }
        }
        assertTrue(satisfied > RULE_SETS, "rules and events hardly met, seed " + seed);
        assertTrue(kept > RULE_SETS, "hardly any event was kept back, seed " + seed);
    }

    private static boolean wants(KernelFilter filter, FakeEvent event) {
        return filter.wants(event.kind(), view(event));
    }

    private static KernelView view(FakeEvent event) {
        var fields = event.fields();
        return new KernelView(
                fields.get("evt.rawres") instanceof Long result ? OptionalLong.of(result) : OptionalLong.empty(),
                Long.valueOf(1).equals(fields.get("evt.is_open_read")),
                Long.valueOf(1).equals(fields.get("evt.is_open_write")),
                Optional.ofNullable((String) fields.get("fd.name")),
                "host".equals(fields.get("container.id")),
                Optional.ofNullable((String) fields.get("proc.name")));
    }

    /// An event by chance whose fields fit each other as they do in real ones.
    private static FakeEvent consistent(FakeEvent event) {
        var fields = new HashMap<>(event.fields());
        List.of("evt.failed", "evt.res", "fd.directory", "fd.filename").forEach(fields::remove);
        boolean opens = EventTable.current().byCode(event.kind()).name().startsWith("open");
        if (opens) {
            fields.remove("fd.num");
        }
        if (fields.get("evt.rawres") instanceof Long result) {
            fields.put("evt.failed", result < 0 ? 1L : 0L);
            fields.put("evt.res", result < 0 ? "ENOENT" : "SUCCESS");
            if (opens) {
                fields.put("fd.num", Math.max(result, -1));
            }
        }
        if (fields.get("fd.name") instanceof String path) {
            int slash = path.lastIndexOf('/');
            boolean endsInSlash = slash == path.length() - 1;
            fields.put("fd.directory", slash <= 0 ? "/" : endsInSlash ? path : path.substring(0, slash));
            fields.put("fd.filename", slash < 0 ? "/" : endsInSlash ? path : path.substring(slash + 1));
        }
        return new FakeEvent(event.kind(), fields);
    }

    @Test
    void the_kinds_flags_result_scope_and_path_of_a_rule_are_needed() {
        var filter = KernelFilter.of(List.of(rule(
                check("evt.type", Operator.EQUAL, "openat"),
                number("evt.is_open_write", Operator.EQUAL, 1),
                number("fd.num", Operator.GREATER_OR_EQUAL, 0),
                check("container.id", Operator.NOT_EQUAL, "host"),
                new Condition.Or(List.of(
                        check("fd.name", Operator.STARTSWITH, "/etc/"),
                        check("fd.directory", Operator.EQUAL, "/root"))),
                check("proc.cmdline", Operator.CONTAINS, "x"))));

        assertEquals(Set.of(OPENAT_EXIT), filter.needs().keySet());
        assertEquals(
                Optional.of(new KernelNeed(
                        Result.SUCCEEDED,
                        Set.of(Opening.WRITING),
                        Optional.of(new TextNeed(Set.of("/root"), Set.of("/etc/", "/root/"), Set.of())),
                        Scope.CONTAINER,
                        Optional.empty())),
                filter.widest(OPENAT_EXIT));
        assertEquals(2, filter.needs().get(OPENAT_EXIT).size(), "one for each path");
    }

    @Test
    void not_the_one_value_needs_the_other() {
        assertEquals(KernelNeed.of(Result.FAILED), needOf(check("evt.res", Operator.NOT_EQUAL, "SUCCESS")));
        assertEquals(KernelNeed.NONE, needOf(check("evt.res", Operator.NOT_EQUAL, "ENOENT")));
        assertEquals(KernelNeed.of(Result.SUCCEEDED), needOf(number("evt.failed", Operator.NOT_EQUAL, 1)));
        assertEquals(KernelNeed.of(Result.FAILED), needOf(number("evt.failed", Operator.NOT_EQUAL, 0)));
        assertEquals(KernelNeed.of(Opening.WRITING), needOf(number("evt.is_open_write", Operator.NOT_EQUAL, 0)));
        assertEquals(KernelNeed.NONE, needOf(number("evt.is_open_write", Operator.NOT_EQUAL, 1)));
    }

    private static KernelNeed needOf(Check check) {
        return KernelFilter.of(List.of(rule(check, check("proc.cmdline", Operator.CONTAINS, "x"))))
                .widest(OPENAT_EXIT)
                .orElseThrow();
    }

    @Test
    void names_that_cannot_meet_want_nothing() {
        var filter = KernelFilter.of(
                List.of(rule(check("proc.name", Operator.EQUAL, "sh"), check("proc.name", Operator.EQUAL, "bash"))));

        assertEquals(Set.of(), filter.needs().keySet());
    }

    @Test
    void what_is_negated_is_not_taken_for_needed() {
        var filter = KernelFilter.of(List.of(rule(
                new Condition.Not(check("proc.name", Operator.EQUAL, "sh")),
                new Condition.Not(number("fd.num", Operator.GREATER_OR_EQUAL, 0)))));

        assertEquals(List.of(KernelNeed.NONE), filter.needs().get(EXECVE_EXIT));
    }

    @Test
    void a_need_within_another_is_left_out() {
        var filter = KernelFilter.of(List.of(
                rule(check("fd.name", Operator.STARTSWITH, "/etc/"), check("proc.cmdline", Operator.CONTAINS, "a")),
                rule(check("fd.name", Operator.EQUAL, "/etc/shadow"), check("proc.cmdline", Operator.CONTAINS, "b"))));

        assertEquals(
                List.of(KernelNeed.ofPath(TextNeed.start("/etc/"))),
                filter.needs().get(OPENAT_EXIT));
    }

    @Test
    void a_rule_that_is_switched_off_wants_nothing() {
        var rule = rule(check("proc.name", Operator.EQUAL, "sh"), check("fd.name", Operator.EQUAL, "/etc/shadow"));
        var off = new Rule(
                rule.name(),
                0,
                rule.source(),
                "",
                rule.condition(),
                rule.kinds(),
                "",
                rule.priority(),
                List.of(),
                false,
                rule.span());

        assertFalse(KernelFilter.of(List.of(rule)).needs().isEmpty());
        assertTrue(KernelFilter.of(List.of(off)).needs().isEmpty());
    }

    private static Rule rule(Condition... terms) {
        var kinds = new BitSet();
        kinds.set(OPENAT_EXIT);
        kinds.set(EXECVE_EXIT);
        return Generated.rule(0, new Condition.And(List.of(terms)), kinds);
    }

    private static Check check(String field, Operator operator, String text) {
        return new Check(Generated.read(field), operator, new Operand.Text(text), Generated.NOWHERE);
    }

    private static Check number(String field, Operator operator, long number) {
        return new Check(Generated.read(field), operator, new Operand.Number(number), Generated.NOWHERE);
    }
}
