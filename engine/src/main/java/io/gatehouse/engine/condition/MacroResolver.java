// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Puts macros in where conditions name them.
///
/// A macro is resolved once, and every condition that names it holds the same object, so that whoever works
/// on conditions can work once on what they share. Not for several threads at a time.
public final class MacroResolver {
    /// `and`, `or` and `not` in each other, macros put in. Whatever walks a condition may count on it.
    public static final int MAX_DEPTH = 600;
    /// Checks of one condition, each counted as often as it stands there with the macros put in.
    public static final int MAX_CHECKS = 50_000;

    private final Map<String, Expression> macros;
    private final Map<String, Outcome> resolved = new HashMap<>();
    /// The macros being resolved, each named by the one before it.
    private final LinkedHashSet<String> path = new LinkedHashSet<>();

    /// @param macros what names mean, resolved or not; looked at when a name is met, so the caller may add
    ///     to it, but must not give a name another meaning
    public MacroResolver(Map<String, Expression> macros) {
        this.macros = macros;
    }

    public Resolved resolve(Expression expression) {
        var found = new Findings();
        var outcome = resolve(expression, found, 0);
        return new Resolved(
                found.diagnostics.isEmpty() ? Optional.of(outcome.expression) : Optional.empty(),
                List.copyOf(found.diagnostics));
    }

    /// @param checks how many there are in it
    /// @param depth how deep it is
    /// @param wrong what keeps it from being used
    private record Outcome(Expression expression, long checks, int depth, List<Diagnostic> wrong) {}

    private static final class Findings {
        final Set<Diagnostic> diagnostics = new LinkedHashSet<>(); // what is wrong in a macro is met often
    }

    /// @param above how deep the expression stands
    private Outcome resolve(Expression expression, Findings found, int above) {
        if (above > MAX_DEPTH) {
            found.diagnostics.add(tooDeep(expression.span()));
            return new Outcome(expression, 1, 1, List.of());
        }
        return switch (expression) {
            case Expression.And(var terms, var span) -> {
                var inside = all(terms, found, above);
                yield inside.outcome(inside.same(terms) ? expression : new Expression.And(inside.terms, span), found);
            }
            case Expression.Or(var terms, var span) -> {
                var inside = all(terms, found, above);
                yield inside.outcome(inside.same(terms) ? expression : new Expression.Or(inside.terms, span), found);
            }
            case Expression.Not(var term, var span) -> {
                var inside = all(List.of(term), found, above);
                yield inside.outcome(
                        inside.same(List.of(term)) ? expression : new Expression.Not(inside.terms.getFirst(), span),
                        found);
            }
            case Expression.Check _ -> new Outcome(expression, 1, 1, List.of());
            case Expression.Name(var name, var span) -> named(name, span, expression, found, above);
        };
    }

    private Outcome named(String name, Span span, Expression reference, Findings found, int above) {
        var outcome = path.contains(name) ? recursion(name, span, reference) : macro(name, span, reference, above);
        found.diagnostics.addAll(outcome.wrong);
        return outcome;
    }

    private Outcome macro(String name, Span span, Expression reference, int above) {
        var known = resolved.get(name);
        if (known != null) {
            return known;
        }
        var meaning = macros.get(name);
        if (meaning == null) {
            return wrong(reference, unknown(name, span));
        }
        path.add(name);
        var inside = new Findings();
        var outcome = resolve(meaning, inside, above + 1);
        path.removeLast();
        var whole = new Outcome(outcome.expression, outcome.checks, outcome.depth, List.copyOf(inside.diagnostics));
        resolved.put(name, whole);
        return whole;
    }

    private static Outcome wrong(Expression reference, Diagnostic diagnostic) {
        return new Outcome(reference, 1, 1, List.of(diagnostic));
    }

    private Diagnostic unknown(String name, Span span) {
        var meant = Spelling.nearest(name, macros.keySet());
        return Code.UNKNOWN_MACRO.at(
                span,
                "there is no macro '" + name + "'",
                meant == null ? "define the macro before it is used" : "did you mean '" + meant + "'?");
    }

    private Outcome recursion(String name, Span span, Expression reference) {
        var circle = new ArrayList<String>();
        for (var step : path) {
            if (!circle.isEmpty() || step.equals(name)) {
                circle.add(step);
            }
        }
        circle.add(name);
        return wrong(
                reference,
                Code.RECURSIVE_MACRO.at(
                        span, "the macro '" + name + "' stands for itself: " + String.join(" -> ", circle)));
    }

    private static Diagnostic tooDeep(Span span) {
        return Code.CONDITION_TOO_LARGE.at(
                span, "with its macros put in, the condition is nested deeper than " + MAX_DEPTH);
    }

    private Inside all(List<Expression> terms, Findings found, int above) {
        var inside = new Inside();
        for (var term : terms) {
            inside.add(resolve(term, found, above + 1));
        }
        return inside;
    }

    /// What an `and`, `or` or `not` holds.
    private static final class Inside {
        final List<Expression> terms = new ArrayList<>();
        long checks;
        int depth;

        void add(Outcome outcome) {
            terms.add(outcome.expression);
            checks += outcome.checks;
            depth = Math.max(depth, outcome.depth);
        }

        boolean same(List<Expression> before) {
            for (int i = 0; i < before.size(); i++) {
                if (terms.get(i) != before.get(i)) {
                    return false;
                }
            }
            return true;
        }

        /// Too much is said where it becomes too much; what stands around it then counts anew.
        Outcome outcome(Expression whole, Findings found) {
            if (checks > MAX_CHECKS) {
                found.diagnostics.add(Code.CONDITION_TOO_LARGE.at(
                        whole.span(),
                        "with its macros put in, the condition has " + checks + " checks, at most " + MAX_CHECKS
                                + " are taken"));
                return new Outcome(whole, 1, 1, List.of());
            }
            if (depth >= MAX_DEPTH) {
                found.diagnostics.add(tooDeep(whole.span()));
                return new Outcome(whole, 1, 1, List.of());
            }
            return new Outcome(whole, checks, depth + 1, List.of());
        }
    }
}
