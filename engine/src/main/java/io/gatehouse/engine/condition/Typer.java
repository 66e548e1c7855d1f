// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Gives every name of a condition its meaning and every value its type, for the events of one source.
///
/// Expressions that are one object become conditions that are one object: what macros share is typed once.
/// Not for several threads at a time.
public final class Typer {
    private final SubjectTyper subjects;
    private final OperandTyper operands;
    private final Map<Expression, Part> done = new IdentityHashMap<>();

    public Typer(FieldCatalogue catalogue, Source source) {
        var fields = new FieldNames(catalogue, source);
        this.subjects = new SubjectTyper(fields);
        this.operands = new OperandTyper(subjects, fields);
    }

    /// @param expression without macros, as [MacroResolver] gives it
    public Typed type(Expression expression) {
        var part = part(expression);
        return new Typed(part.condition, List.copyOf(part.diagnostics));
    }

    /// A condition, or nothing if it has an error; and all that is to be said about it.
    private record Part(Optional<Condition> condition, Set<Diagnostic> diagnostics) {}

    private Part part(Expression expression) {
        var known = done.get(expression);
        if (known != null) {
            return known;
        }
        var part = switch (expression) {
            case Expression.And(var terms, var _) -> joined(terms, Condition.And::new);
            case Expression.Or(var terms, var _) -> joined(terms, Condition.Or::new);
            case Expression.Not(var term, var _) -> negated(part(term));
            case Expression.Check check -> checked(check);
            case Expression.Name(var name, var span) ->
                new Part(Optional.empty(), Set.of(Code.UNKNOWN_MACRO.at(span, "there is no macro '" + name + "'")));
        };
        done.put(expression, part);
        return part;
    }

    private interface Join {
        Condition of(List<Condition> terms);
    }

    private Part joined(List<Expression> expressions, Join join) {
        var terms = new ArrayList<Condition>();
        var diagnostics = new LinkedHashSet<Diagnostic>();
        for (var expression : expressions) {
            var part = part(expression);
            part.condition.ifPresent(terms::add);
            diagnostics.addAll(part.diagnostics);
        }
        return new Part(
                terms.size() == expressions.size() ? Optional.of(join.of(terms)) : Optional.empty(),
                diagnostics.isEmpty() ? Set.of() : diagnostics);
    }

    private static Part negated(Part part) {
        return new Part(part.condition.map(Condition.Not::new), part.diagnostics);
    }

    private Part checked(Expression.Check check) {
        var diagnostics = new ArrayList<Diagnostic>();
        var condition = subjects.type(check.left(), diagnostics).flatMap(subject -> check(subject, check, diagnostics));
        boolean fails = new Typed(Optional.empty(), diagnostics).fails();
        return new Part(
                fails ? Optional.empty() : condition,
                diagnostics.isEmpty() ? Set.of() : new LinkedHashSet<>(diagnostics));
    }

    private Optional<Condition> check(Subject subject, Expression.Check check, List<Diagnostic> diagnostics) {
        var allowed = Operators.of(subject.type(), subject.shape());
        if (!allowed.contains(check.operator())) {
            diagnostics.add(Code.OPERATOR_MISUSED.at(
                    check.span(),
                    "'" + check.operator().word() + "' cannot be asked of '" + ConditionPrinter.print(check.left())
                            + "', which is " + Operators.kind(subject.type(), subject.shape()),
                    "use one of: " + Operators.words(allowed)));
            return Optional.empty();
        }
        if (check.right() instanceof Term.Nothing) {
            return Optional.of(new Condition.Check(subject, check.operator(), new Operand.None(), check.span()));
        }
        var operand = operands.type(subject, check, diagnostics);
        if (subject instanceof Subject.Read(var field, var argument)
                && field.name().equals("evt.around")) {
            return operand.flatMap(distance -> Around.check(argument, distance, check, subjects, diagnostics));
        }
        return operand.map(typed -> new Condition.Check(subject, check.operator(), typed, check.span()));
    }
}
