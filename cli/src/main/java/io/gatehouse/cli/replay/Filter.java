// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.condition.Typer;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A condition from the command line, asked of one event after another. Belongs to one thread.
final class Filter {
    private static final String NAME = "the filter";

    private final Optional<Rule> rule;
    private final Optional<Matcher<Scene>> matcher;

    private Filter(Optional<Rule> rule, Readers<Scene> readers) {
        this.rule = rule;
        this.matcher = rule.map(only ->
                MatchPlan.compile(List.of(only), Source.SYSCALL, readers).matcher(RuleMatching.FIRST));
    }

    /// @param words of the condition; none lets every event through
    /// @throws Refusal it cannot be understood, after everything wrong with it was printed
    static Filter of(List<String> words, Readers<Scene> readers, PrintWriter err) {
        if (words.isEmpty()) {
            return new Filter(Optional.empty(), readers);
        }
        var source = new SourceText(NAME, String.join(" ", words));
        return new Filter(Optional.of(rule(source, err)), readers);
    }

    /// As a rule; absent where everything passes.
    Optional<Rule> rule() {
        return rule;
    }

    boolean passes(Scene scene) {
        return matcher.isEmpty() || matcher.get().match(scene, scene.event().code(), (_, _) -> {}) > 0;
    }

    /// By the name of the file that was asked for, or by the kernel's own where that is another.
    boolean passesByAnyName(Scene scene) {
        if (passes(scene)) {
            return true;
        }
        boolean passes = scene.useResolvedName(true) && passes(scene);
        scene.useResolvedName(false);
        return passes;
    }

    private static Rule rule(SourceText source, PrintWriter err) {
        var diagnostics = new ArrayList<Diagnostic>();
        var condition = condition(source, diagnostics);
        if (!diagnostics.isEmpty()) {
            err.print(DiagnosticPrinter.print(diagnostics));
            err.flush();
        }
        return new Rule(
                NAME,
                0,
                Source.SYSCALL,
                "",
                condition.orElseThrow(() -> Refusal.badInput("the filter is not in order")),
                EventKinds.of(condition.get()),
                "",
                Priority.DEBUG,
                List.of(),
                true,
                new Span(source, 1, 1, 1));
    }

    private static Optional<Condition> condition(SourceText source, List<Diagnostic> diagnostics) {
        var parsed = ConditionParser.parse(Script.of(source), Lists.NONE);
        diagnostics.addAll(parsed.diagnostics());
        if (parsed.expression().isEmpty()) {
            return Optional.empty();
        }
        var typed = new Typer(FieldCatalogue.current(), Source.SYSCALL)
                .type(parsed.expression().get());
        diagnostics.addAll(typed.diagnostics());
        return typed.condition();
    }
}
