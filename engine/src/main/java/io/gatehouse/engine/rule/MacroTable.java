// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.Expression;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.MacroResolver;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.Resolved;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Spelling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All macros, parsed and resolved. What is wrong in one is told where it stands, and whoever uses it is spared.
final class MacroTable {
    /// Longer lists of names are not searched for one that was meant.
    private static final int MOST_GUESSED = 2000;

    private final Definitions definitions;
    private final Findings findings;
    private final Map<String, Expression> parsed = new HashMap<>();
    private final Map<String, List<Expression.Name>> names = new HashMap<>();
    private final Set<String> wrong = new HashSet<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> listsUsed = new HashSet<>();
    private MacroResolver resolver;

    MacroTable(Definitions definitions, Findings findings) {
        this.definitions = definitions;
        this.findings = findings;
    }

    void build(Lists lists) {
        definitions.macros.values().forEach(macro -> parse(macro, lists));
        definitions.macros.values().forEach(this::checkOrder);
        spreadWrong();
        wrong.forEach(name -> parsed.put(name, standIn(name)));
        resolver = new MacroResolver(parsed);
        definitions.macros.values().forEach(this::resolve);
        spreadWrong();
    }

    /// A condition of a rule with its macros put in, unless one of them is wrong, which is told elsewhere.
    ///
    /// @param direct the names that stand in it
    Optional<Expression> resolve(Expression expression, List<Expression.Name> direct, Where rule) {
        boolean whole = true;
        for (var name : direct) {
            used.add(name.name());
            if (!definitions.macros.containsKey(name.name())) {
                reportUnknown(name, rule);
                whole = false;
            }
            whole &= !wrong.contains(name.name());
        }
        return whole ? report(resolver.resolve(expression), rule) : Optional.empty();
    }

    private Optional<Expression> report(Resolved resolved, Where user) {
        var where = user.in("condition expression");
        resolved.diagnostics().forEach(diagnostic -> findings.report(diagnostic, where));
        return resolved.expression();
    }

    Set<String> used() {
        return used;
    }

    Set<String> listsUsed() {
        return listsUsed;
    }

    /// The names that stand in an expression, in the order of the text.
    static List<Expression.Name> names(Expression expression) {
        var names = new ArrayList<Expression.Name>();
        collect(expression, names);
        return names;
    }

    private static void collect(Expression expression, List<Expression.Name> names) {
        switch (expression) {
            case Expression.And(var terms, var _) -> terms.forEach(term -> collect(term, names));
            case Expression.Or(var terms, var _) -> terms.forEach(term -> collect(term, names));
            case Expression.Not(var term, var _) -> collect(term, names);
            case Expression.Name name -> names.add(name);
            case Expression.Check _ -> {}
        }
    }

    private void parse(MacroDraft macro, Lists lists) {
        var outcome = ConditionParser.parse(Scripts.joined(macro.condition, macro.span), lists);
        listsUsed.addAll(outcome.listsUsed());
        var where = macro.where.in("macro condition").in("condition expression");
        outcome.diagnostics().forEach(diagnostic -> findings.report(diagnostic, where));
        if (outcome.expression().isEmpty()) {
            wrong.add(macro.name);
            names.put(macro.name, List.of());
            return;
        }
        parsed.put(macro.name, outcome.expression().get());
        var direct = names(outcome.expression().get());
        names.put(macro.name, direct);
        direct.forEach(name -> used.add(name.name()));
    }

    /// A macro sees what was defined before it was changed last.
    private void checkOrder(MacroDraft macro) {
        for (var name : names.get(macro.name)) {
            var other = definitions.macros.get(name.name());
            if (other == null) {
                wrong.add(macro.name);
                reportUnknown(name, macro.where);
            } else if (other.position >= macro.sees) {
                wrong.add(macro.name);
                findings.report(
                        Code.UNKNOWN_MACRO,
                        name.span(),
                        "macro '" + Entry.shown(name.name()) + "' is not defined before it is used here",
                        "move its definition before macro '" + Entry.shown(macro.name) + "'",
                        macro.where.in("condition expression"));
            }
        }
    }

    /// A name that nothing defines, unless what would define it is wrong, which is told elsewhere.
    private void reportUnknown(Expression.Name name, Where user) {
        if (definitions.isBroken(name.name()) || findings.enough()) {
            return;
        }
        var known = definitions.macros.keySet();
        var meant = known.size() > MOST_GUESSED ? null : Spelling.nearest(name.name(), known);
        findings.report(
                Code.UNKNOWN_MACRO,
                name.span(),
                "there is no macro '" + Entry.shown(name.name()) + "'",
                meant == null ? Code.UNKNOWN_MACRO.fix() : "did you mean '" + meant + "'?",
                user.in("condition expression"));
    }

    private void resolve(MacroDraft macro) {
        if (!wrong.contains(macro.name)
                && report(resolver.resolve(parsed.get(macro.name)), macro.where).isEmpty()) {
            wrong.add(macro.name);
        }
    }

    /// Who uses what is wrong is wrong.
    private void spreadWrong() {
        var users = new HashMap<String, List<String>>();
        names.forEach((macro, direct) -> direct.forEach(name ->
                users.computeIfAbsent(name.name(), _ -> new ArrayList<>()).add(macro)));
        var next = new ArrayDeque<>(wrong);
        while (!next.isEmpty()) {
            for (var user : users.getOrDefault(next.remove(), List.of())) {
                if (wrong.add(user)) {
                    next.add(user);
                }
            }
        }
    }

    /// What a wrong macro is while the others are resolved; nobody gets to see it.
    private Expression standIn(String name) {
        var span = definitions.macros.get(name).span;
        return new Expression.Check(
                new Expression.Term.FieldUse("evt.type", Optional.empty(), span),
                Operator.EXISTS,
                Optional.empty(),
                new Expression.Term.Nothing(span),
                span);
    }
}
