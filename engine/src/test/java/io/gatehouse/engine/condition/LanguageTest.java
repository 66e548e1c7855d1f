// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every feature of the language, as golden text: what is taken and how it reads, and what is said of the
/// rest.
class LanguageTest {
    /// An input is a condition, or files `list NAME` (an item a line), `macro NAME` and `SOURCE`, which is
    /// the condition.
    @TestFactory
    Stream<DynamicTest> conditions() {
        return Golden.tests("condition/language.golden", LanguageTest::compiled);
    }

    /// An input is the file `event` ([FakeEvent]) and the file `conditions`, one a line.
    @TestFactory
    Stream<DynamicTest> meanings() {
        return Golden.tests("condition/meaning.golden", LanguageTest::held);
    }

    private static String compiled(List<SourceText> files) {
        var diagnostics = new ArrayList<Diagnostic>();
        var lists = new HashMap<String, List<Literal>>();
        var macros = new LinkedHashMap<String, Expression>();
        for (var file : files) {
            if (file.name().startsWith("list ")) {
                lists.put(file.name().substring(5), items(file, lists, diagnostics));
            } else if (file.name().startsWith("macro ")) {
                parse(file, lists, diagnostics)
                        .ifPresent(macro -> macros.put(file.name().substring(6), macro));
            }
        }
        var condition = files.getLast();
        var source = condition.name().equals("input.yaml")
                ? Source.SYSCALL
                : Source.valueOf(condition.name().toUpperCase(Locale.ROOT));
        var text = parse(condition, lists, diagnostics)
                .flatMap(expression -> resolve(expression, macros, diagnostics))
                .filter(expression -> typed(expression, source, diagnostics).isPresent())
                .map(expression -> ByteText.readable(ConditionPrinter.print(expression)) + "\n")
                .orElse("");
        return text + DiagnosticPrinter.print(diagnostics);
    }

    private static List<Literal> items(
            SourceText file, Map<String, List<Literal>> lists, List<Diagnostic> diagnostics) {
        var items = new ArrayList<Literal>();
        var lines = new Lines(file);
        int at = 0;
        for (var item : file.text().split("\n")) {
            if (lists.containsKey(item)) {
                items.addAll(lists.get(item));
            } else if (!item.isEmpty()) {
                items.add(Lists.item(item, lines.span(at, at + item.length()), diagnostics::add));
            }
            at += item.length() + 1;
        }
        return items;
    }

    private static Optional<Expression> parse(
            SourceText file, Map<String, List<Literal>> lists, List<Diagnostic> diagnostics) {
        var source = new SourceText(file.name(), file.text().stripTrailing());
        var parsed = ConditionParser.parse(Script.of(source), new Lists(lists));
        diagnostics.addAll(parsed.diagnostics());
        parsed.expression().ifPresent(expression -> assertReadAgain(expression));
        return parsed.expression();
    }

    /// What is printed is read as the same again.
    private static void assertReadAgain(Expression expression) {
        var printed = ConditionPrinter.print(expression);
        var source = new SourceText("printed", ByteText.readable(printed));
        var again = ConditionParser.parse(Script.of(source), Lists.NONE);
        assertEquals(
                printed,
                again.expression()
                        .map(ConditionPrinter::print)
                        .orElseGet(() -> DiagnosticPrinter.print(again.diagnostics())));
    }

    private static Optional<Expression> resolve(
            Expression expression, Map<String, Expression> macros, List<Diagnostic> diagnostics) {
        var resolved = new MacroResolver(macros).resolve(expression);
        diagnostics.addAll(resolved.diagnostics());
        return resolved.expression();
    }

    private static Optional<Condition> typed(Expression expression, Source source, List<Diagnostic> diagnostics) {
        var typed = new Typer(FieldCatalogue.current(), source).type(expression);
        diagnostics.addAll(typed.diagnostics());
        return typed.condition();
    }

    private static String held(List<SourceText> files) {
        var event = FakeEvent.of(files.getFirst().text());
        var out = new StringBuilder();
        for (var line : files.getLast().text().strip().split("\n")) {
            var diagnostics = new ArrayList<Diagnostic>();
            var holds = parse(new SourceText("condition", line), Map.of(), diagnostics)
                    .flatMap(expression -> typed(expression, Source.SYSCALL, diagnostics))
                    .map(condition -> PlainEvaluator.holds(condition, event, FakeEvent.READERS) ? "yes " : "no  ")
                    .orElseGet(() -> DiagnosticPrinter.print(diagnostics));
            out.append(holds).append(line).append('\n');
        }
        return out.toString();
    }
}
