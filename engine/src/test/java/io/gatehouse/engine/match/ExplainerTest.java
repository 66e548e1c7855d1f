// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.PlainEvaluator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Why a condition holds for one event.
class ExplainerTest {
    private static final int OPENAT_EXIT = 307;

    private final FakeEvent.Fields fields = new FakeEvent.Fields();
    private final Explainer<FakeEvent> explainer = new Explainer<>(fields);

    @Test
    void each_part_tells_whether_it_held_and_what_the_event_said() {
        var condition = new Condition.And(List.of(
                check("evt.type", Operator.IN, new Operand.Texts(Set.of("openat", "open"))),
                new Condition.Or(List.of(
                        check("fd.name", Operator.EQUAL, new Operand.Text("/etc/shadow")),
                        check("fd.directory", Operator.EQUAL, new Operand.Text("/etc/pam.d")))),
                new Condition.Not(check("proc.name", Operator.EQUAL, new Operand.Of(Generated.read("proc.pname")))),
                check("fd.num", Operator.GREATER_OR_EQUAL, new Operand.Number(0)),
                check("proc.cmdline", Operator.EXISTS, new Operand.None())));
        var event = FakeEvent.of(
                OPENAT_EXIT,
                "evt.type",
                "openat",
                "fd.name",
                "/tmp/a b",
                "proc.name",
                "cat",
                "proc.pname",
                "sh",
                "fd.num",
                3L,
                "proc.cmdline",
                "cat caf\u00c3\u00a9");

        assertEquals("""
                no   all of
                yes    evt.type in (open, openat): evt.type is openat
                no     any of
                no       fd.name = /etc/shadow: fd.name is /tmp/a b
                no       fd.directory = /etc/pam.d: fd.directory is missing
                yes    not
                no       proc.name = val(proc.pname): proc.name is cat, proc.pname is sh
                yes    fd.num >= 0: fd.num is 3
                yes    proc.cmdline exists: proc.cmdline is cat caf\u00e9
                """, ExplanationPrinter.print(explainer.explain(condition, event)));
    }

    @Test
    void a_long_list_is_cut() {
        var names = IntStream.range(10, 40).mapToObj(Integer::toString).collect(Collectors.toSet());

        assertEquals(
                "no   proc.name in (10, 11, 12, 13, 14, 15, 16, 17, and 22 more): proc.name is missing\n",
                ExplanationPrinter.print(explainer.explain(
                        check("proc.name", Operator.IN, new Operand.Texts(names)), FakeEvent.of(OPENAT_EXIT))));
    }

    @Test
    void an_explanation_agrees_with_the_plain_evaluator() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var generated = new Generated(seed);
        for (var rule : generated.rules(300)) {
            var event = generated.event();
            var explanation = explainer.explain(rule.condition(), event);
            assertEquals(
                    PlainEvaluator.holds(rule.condition(), event, fields),
                    explanation.holds(),
                    () -> "seed " + seed + "\n" + ExplanationPrinter.print(explanation));
        }
    }

    private static Check check(String field, Operator operator, Operand operand) {
        return new Check(Generated.read(field), operator, operand, Generated.NOWHERE);
    }
}
