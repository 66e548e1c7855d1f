// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever a text holds, it ends in a condition or in errors that can be printed, and what is printed of a
/// condition is read as the same condition. `-Dgatehouse.seed=…` repeats a run, `-Dgatehouse.rounds=…`
/// makes it longer.
class ConditionFuzzTest {
    private static final int ROUNDS = Integer.getInteger("gatehouse.rounds", 2_000);
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final List<String> FIELDS =
            FieldCatalogue.current().all().stream().map(Field::name).toList();
    private static final List<String> WORDS = List.of(
            "and",
            "or",
            "not",
            "(",
            ")",
            "(",
            ")",
            ",",
            "=",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "in",
            "intersects",
            "pmatch",
            "exists",
            "contains",
            "icontains",
            "bcontains",
            "startswith",
            "bstartswith",
            "endswith",
            "glob",
            "iglob",
            "regex",
            "oneof",
            "anyof",
            "allof",
            "val(",
            "toupper(",
            "tolower(",
            "b64(",
            "basename(",
            "len(",
            "join(",
            "concat(",
            "getopt(",
            "[",
            "]",
            "\"",
            "'",
            "\\",
            "\\x41",
            "\\x",
            "proc.name",
            "fd.num",
            "fd.sip",
            "fd.snet",
            "evt.type",
            "evt.buffer",
            "evt.arg.flags",
            "proc.aname[2]",
            "fd.types",
            "evt.is_open_read",
            "m",
            "l",
            "open",
            "1",
            "-1",
            "0x1f",
            "1.5",
            "10.0.0.1",
            "10.0.0.0/8",
            "::1",
            "true",
            "cafe",
            "/etc/*",
            "a.*b",
            "[a-z",
            "(a",
            "é",
            "\u0000",
            "\ud83d",
            "😀",
            "\n",
            "\t",
            "<NA>",
            "a");
    private static final Lists LISTS = new Lists(Map.of(
            "l", List.of(item("x"), item("y z")),
            "one", List.of(item("x")),
            "none", List.of()));
    private static final FakeEvent EVENT = FakeEvent.of("""
            proc.name cat
            proc.pname cat
            fd.num 3
            fd.sip 10.0.0.1
            fd.snet 10.0.0.1
            fd.types file | pipe
            evt.type open
            evt.is_open_read true
            evt.buffer a\\xca\\xfe
            proc.aname a | b""");

    private final long seed = Long.getLong("gatehouse.seed", 1);
    private final Random random = new Random(seed);
    private int conditions;

    @Test
    void words_in_any_order_end_in_a_condition_or_in_diagnostics() {
        assertTimeoutPreemptively(BOUND, () -> {
            for (int i = 0; i < ROUNDS; i++) {
                check(salad());
            }
        });
    }

    @Test
    void valid_conditions_with_small_faults_end_in_a_condition_or_in_diagnostics() {
        assertTimeoutPreemptively(BOUND, () -> {
            for (int i = 0; i < ROUNDS; i++) {
                var valid = condition(3);
                check(valid);
                check(spoiled(valid));
            }
        });
        assertTrue(conditions > ROUNDS / 4, conditions + " conditions, seed " + seed);
    }

    private void check(String text) {
        var story = "seed " + seed + ": " + text;
        try {
            var parsed = ConditionParser.parse(Script.of(new SourceText("fuzz", text)), LISTS);
            assertEquals(parsed.expression().isEmpty(), !parsed.diagnostics().isEmpty(), story);
            assertFalse(
                    DiagnosticPrinter.print(parsed.diagnostics()).isEmpty()
                            && parsed.expression().isEmpty(),
                    story);
            parsed.expression().ifPresent(expression -> checkRead(expression, story));
        } catch (RuntimeException e) {
            throw new AssertionError(story, e);
        }
    }

    private void checkRead(Expression expression, String story) {
        var printed = ConditionPrinter.print(expression);
        var again = ConditionParser.parse(Script.of(new SourceText("printed", ByteText.readable(printed))), Lists.NONE);
        assertTrue(again.expression().isPresent(), () -> story + "\n" + DiagnosticPrinter.print(again.diagnostics()));
        assertEquals(printed, ConditionPrinter.print(again.expression().get()), story);
        var resolved = new MacroResolver(Map.of("m", again.expression().get())).resolve(expression);
        resolved.expression().ifPresent(whole -> checkTyped(whole, story));
    }

    private void checkTyped(Expression expression, String story) {
        for (var source : Source.values()) {
            var typed = new Typer(FieldCatalogue.current(), source).type(expression);
            assertEquals(typed.condition().isEmpty(), typed.fails(), story + " " + typed);
            DiagnosticPrinter.print(typed.diagnostics());
            typed.condition().ifPresent(condition -> {
                conditions++;
                boolean holds = PlainEvaluator.holds(condition, EVENT, FakeEvent.READERS);
                assertEquals(
                        !holds, PlainEvaluator.holds(new Condition.Not(condition), EVENT, FakeEvent.READERS), story);
                assertEquals(condition, typedAgain(expression, source), story);
                EventKinds.of(condition);
            });
        }
    }

    private static Condition typedAgain(Expression expression, Source source) {
        return new Typer(FieldCatalogue.current(), source)
                .type(expression)
                .condition()
                .orElseThrow();
    }

    private String salad() {
        var text = new StringBuilder();
        int words = random.nextInt(12);
        for (int i = 0; i < words; i++) {
            text.append(any(WORDS));
            if (random.nextInt(4) > 0) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    private String spoiled(String valid) {
        int from = random.nextInt(valid.length());
        int to = Math.min(valid.length(), from + random.nextInt(3));
        return valid.substring(0, from) + (random.nextBoolean() ? any(WORDS) : "") + valid.substring(to);
    }

    private String condition(int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(5)) {
            case 1 -> condition(depth - 1) + " and " + condition(depth - 1);
            case 2 -> condition(depth - 1) + " or " + condition(depth - 1);
            case 3 -> "not " + condition(depth - 1);
            case 4 -> "(" + condition(depth - 1) + ")";
            default -> check();
        };
    }

    private String check() {
        return switch (random.nextInt(9)) {
            case 0 -> text() + " exists";
            case 1 -> text() + " = " + value();
            case 2 ->
                text() + " " + any(List.of("contains", "startswith", "glob", "iglob", "regex", "!=")) + " " + value();
            case 3 -> text() + " in (" + value() + ", " + value() + ", l)";
            case 4 -> text() + " contains " + any(List.of("oneof", "anyof", "allof")) + " (" + value() + ", l)";
            case 5 -> "fd.num " + any(List.of("<", "<=", ">", ">=", "=", "!=")) + " " + random.nextInt(6);
            case 6 -> text() + " = " + (random.nextBoolean() ? "val(proc.pname)" : "toupper(proc.pname)");
            case 7 -> any(FIELDS) + " exists";
            default -> "fd.types " + any(List.of("in", "intersects")) + " (file, pipe)";
        };
    }

    private String text() {
        return any(List.of(
                "proc.name",
                "toupper(proc.name)",
                "proc.pname",
                "concat(proc.name, \"-\")",
                "proc.aname",
                "join('/', fd.types)"));
    }

    private String value() {
        return any(List.of("cat", "\"c t\"", "'it\\'s'", "c*", "one", "/etc", "\"\\x63at\"", "[a-c]at", "é"));
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static Literal item(String text) {
        return new Literal(text, false, new Span(new SourceText("list", "x"), 1, 1, 1));
    }
}
