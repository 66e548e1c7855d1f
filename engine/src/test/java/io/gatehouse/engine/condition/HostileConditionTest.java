// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Conditions made to break what reads them: every one ends soon, in a result or a diagnostic, on a small
/// stack.
class HostileConditionTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int SMALL_STACK = 512 * 1024;
    private static final Span HERE = new Span(new SourceText("list", "x"), 1, 1, 1);
    private static final FakeEvent EVENT = FakeEvent.of("proc.name cat\nfd.name /etc/passwd\nfd.num 3");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "not(",
                "not ",
                "toupper(",
                "proc.name in (",
                "join(",
                "a and (",
                "a[",
                "\"",
                "'\\",
                "a,",
                "concat((",
                ")",
                "a or ",
                "or ",
                "val("
            })
    void ten_megabytes_of_anything_end_in_a_diagnostic(String piece) {
        for (int length : new int[] {10_000, 10 * 1024 * 1024}) {
            var wrong = diagnostics(piece.repeat(length / piece.length()));

            assertFalse(wrong.isEmpty(), piece);
        }
    }

    @Test
    void parentheses_nest_to_a_limit_and_no_deeper() {
        int most = ConditionParser.MAX_NESTING;
        assertEquals(List.of(), diagnostics("(".repeat(most) + "proc.name = a" + ")".repeat(most)));
        assertEquals(List.of(), diagnostics("not(proc.name = a and ".repeat(most) + "fd.num = 3" + ")".repeat(most)));
        assertEquals(
                List.of(Code.CONDITION_TOO_LARGE.id()),
                codes(diagnostics("(".repeat(most + 1) + "proc.name = a" + ")".repeat(most + 1))));
    }

    @Test
    void transformers_nest_to_a_limit_and_no_deeper() {
        int most = TermParser.MAX_NESTING;
        assertEquals(List.of(), diagnostics("toupper(".repeat(most) + "proc.name" + ")".repeat(most) + " = A"));
        assertEquals(
                List.of(Code.CONDITION_TOO_LARGE.id()),
                codes(diagnostics("toupper(".repeat(most + 1) + "proc.name" + ")".repeat(most + 1) + " = A")));
    }

    @Test
    void a_condition_of_many_checks_is_taken_up_to_a_limit() {
        var checks = "proc.name = a or ";
        assertEquals(List.of(), diagnostics(checks.repeat(MacroResolver.MAX_CHECKS - 1) + "fd.num = 3"));
        assertEquals(
                List.of(Code.CONDITION_TOO_LARGE.id()),
                codes(diagnostics(checks.repeat(MacroResolver.MAX_CHECKS) + "fd.num = 3")));
    }

    @Test
    void macros_that_double_at_every_step_are_stopped_with_one_diagnostic() {
        var macros = new HashMap<String, Expression>();
        macros.put("m0", parse("proc.name = a"));
        for (int i = 1; i <= 60; i++) {
            macros.put("m" + i, parse("m%d and m%d or not m%d".formatted(i - 1, i - 1, i - 1)));
        }

        var resolved = assertTimeoutPreemptively(SOON, () -> new MacroResolver(macros).resolve(parse("m60")));

        assertTrue(resolved.expression().isEmpty());
        assertEquals(
                Code.CONDITION_TOO_LARGE.id(), resolved.diagnostics().getFirst().code());
        assertTrue(resolved.diagnostics().size() <= 10, resolved.diagnostics().size() + " diagnostics");
    }

    @Test
    void what_is_wrong_deep_in_macros_is_told_once() {
        var macros = new HashMap<String, Expression>();
        macros.put("m0", parse("nosuchthing"));
        for (int i = 1; i <= 60; i++) {
            macros.put("m" + i, parse("m%d and m%d".formatted(i - 1, i - 1)));
        }

        var resolved = assertTimeoutPreemptively(SOON, () -> new MacroResolver(macros).resolve(parse("m60 or m59")));

        assertTrue(codes(resolved.diagnostics()).contains(Code.UNKNOWN_MACRO.id()));
        assertTrue(resolved.diagnostics().size() <= 10, resolved.diagnostics().size() + " diagnostics");
    }

    @Test
    void macros_nest_to_a_limit_and_everything_that_walks_them_needs_a_small_stack_only() {
        assertEquals(List.of(), onSmallStack(() -> chain(100, 4)));
        for (var tooDeep : List.of(onSmallStack(() -> chain(10_000, 1)), onSmallStack(() -> chain(20, 240)))) {
            assertEquals(Set.of(Code.CONDITION_TOO_LARGE.id()), Set.copyOf(codes(tooDeep)));
            assertTrue(tooDeep.size() <= 10, tooDeep.size() + " diagnostics");
        }
    }

    /// Macros that each hold the one before, so many levels down.
    private static List<Diagnostic> chain(int macros, int levels) {
        var byName = new HashMap<String, Expression>();
        byName.put("m0", parse("proc.name = a"));
        for (int i = 1; i < macros; i++) {
            byName.put(
                    "m" + i,
                    parse("not(fd.num = 3 and ".repeat(levels / 2) + "(m" + (i - 1) + ")" + ")".repeat(levels / 2)));
        }
        return evaluated(parse("m" + (macros - 1)), byName);
    }

    @Test
    void a_macro_is_one_object_wherever_it_is_named_and_is_typed_once() {
        var macros = Map.of("m", parse("proc.name = a and fd.num = 3"));
        var resolver = new MacroResolver(macros);
        var typer = new Typer(FieldCatalogue.current(), Source.SYSCALL);

        var first = resolver.resolve(parse("m and fd.num = 4")).expression().orElseThrow();
        var second = resolver.resolve(parse("fd.num = 5 or m")).expression().orElseThrow();
        var one = assertInstanceOf(
                Condition.And.class, typer.type(first).condition().orElseThrow());
        var two = assertInstanceOf(
                Condition.Or.class, typer.type(second).condition().orElseThrow());

        assertSame(
                ((Expression.And) first).terms().get(0),
                ((Expression.Or) second).terms().get(1));
        assertSame(one.terms().get(0), two.terms().get(1));
    }

    @Test
    void conditions_that_name_one_long_list_share_its_items() {
        var items = IntStream.range(0, 100_000)
                .mapToObj(i -> new Literal("item" + i, false, HERE))
                .toList();
        var lists = new Lists(Map.of("long", items));
        var typer = new Typer(FieldCatalogue.current(), Source.SYSCALL);
        var seen = new ArrayList<Condition.Operand>();
        assertTimeoutPreemptively(SOON, () -> {
            for (int i = 0; i < 500; i++) {
                var parsed = ConditionParser.parse(Script.of(new SourceText("c", "proc.name in (long)")), lists);
                var typed = typer.type(parsed.expression().orElseThrow());
                seen.add(((Condition.Check) typed.condition().orElseThrow()).operand());
            }
        });

        assertSame(seen.getFirst(), seen.getLast());
    }

    @Test
    void a_list_of_more_items_than_are_taken_is_refused() {
        var items = IntStream.range(0, 2_000)
                .mapToObj(i -> new Literal("item" + i, false, HERE))
                .toList();
        var lists = new Lists(Map.of("l", items));
        var text = "proc.name in (" + "l,".repeat(TermParser.MAX_ITEMS / 2_000) + "l)";

        var parsed = ConditionParser.parse(Script.of(new SourceText("c", text)), lists);

        assertEquals(List.of(Code.CONDITION_TOO_LARGE.id()), codes(parsed.diagnostics()));
    }

    @Test
    void of_many_wrong_items_the_first_are_told() {
        var text =
                IntStream.range(0, 10_000).mapToObj(i -> "x" + i).collect(Collectors.joining(",", "fd.num in (", ")"));

        assertEquals(10, diagnostics(text).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a*)*b",
                "(a|aa)+$",
                "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^a]",
                "([a-z]+)*[0-9]",
                "(a{0,50}){0,50}b",
                "(((((a+)+)+)+)+)+b",
                "^(a+)+$|.*.*.*.*.*.*.*.*x"
            })
    void a_pattern_takes_time_linear_in_the_text(String pattern) {
        var condition = typed("proc.name regex '" + pattern + "'").condition().orElseThrow();
        var event = FakeEvent.of("proc.name " + "a".repeat(20_000) + "!");

        assertTimeoutPreemptively(SOON, () -> PlainEvaluator.holds(condition, event, FakeEvent.READERS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((((((((((x{10}){10}){10}){10}){10}){10}){10}){10}){10}){10})",
                "(x{1000}){1000}",
                "(((a?){999}){999})*",
                "x{1001}",
                "(x{0,}){999}{999}{999}"
            })
    void a_pattern_that_grows_beyond_measure_is_refused(String pattern) {
        assertEquals(List.of(Code.MALFORMED_PATTERN.id()), codes(diagnostics("proc.name regex '" + pattern + "'")));
    }

    @Test
    void a_glob_of_many_stars_takes_no_longer_than_text_times_pattern() {
        var glob = Glob.of("*a".repeat(2_000) + "b");

        assertFalse(assertTimeoutPreemptively(SOON, () -> glob.test("a".repeat(20_000))));
    }

    private static List<Diagnostic> diagnostics(String condition) {
        return onSmallStack(() -> {
            var parsed = ConditionParser.parse(Script.of(new SourceText("condition", condition)), Lists.NONE);
            return parsed.expression().isEmpty()
                    ? parsed.diagnostics()
                    : evaluated(parsed.expression().get(), Map.of());
        });
    }

    /// Does to an expression all there is to do: macros, types, printing, kinds, equality, evaluation.
    private static List<Diagnostic> evaluated(Expression expression, Map<String, Expression> macros) {
        var resolved = new MacroResolver(macros).resolve(expression);
        if (resolved.expression().isEmpty()) {
            return resolved.diagnostics();
        }
        var whole = resolved.expression().get();
        assertFalse(ConditionPrinter.print(whole).isEmpty());
        var typed = new Typer(FieldCatalogue.current(), Source.SYSCALL).type(whole);
        typed.condition().ifPresent(condition -> {
            assertFalse(EventKinds.of(condition).isEmpty());
            assertEquals(condition.hashCode(), condition.hashCode());
            PlainEvaluator.holds(condition, EVENT, FakeEvent.READERS);
        });
        return typed.diagnostics();
    }

    private interface Work {
        List<Diagnostic> run();
    }

    private static List<Diagnostic> onSmallStack(Work work) {
        var result = new AtomicReference<List<Diagnostic>>();
        var failure = new AtomicReference<Throwable>();
        var thread = new Thread(null, () -> result.set(work.run()), "small stack", SMALL_STACK);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        try {
            thread.join(SOON);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            throw new AssertionError("failed on a small stack", failure.get());
        }
        assertFalse(thread.isAlive(), "it does not end");
        return result.get();
    }

    private static Typed typed(String condition) {
        return new Typer(FieldCatalogue.current(), Source.SYSCALL).type(parse(condition));
    }

    private static Expression parse(String condition) {
        var parsed = ConditionParser.parse(Script.of(new SourceText("condition", condition)), Lists.NONE);
        return parsed.expression()
                .orElseThrow(() -> new AssertionError(parsed.diagnostics().toString()));
    }

    private static List<String> codes(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(Diagnostic::code).toList();
    }
}
