// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Types what a subject is compared with.
final class OperandTyper {
    /// How many wrong items of one list are told.
    private static final int MAX_WRONG_ITEMS = 10;
    /// A list of fewer items is cheaper to read again.
    private static final int WORTH_SHARING = 8;

    private final SubjectTyper subjects;
    private final OperandWarnings warnings;
    /// What a set of items depends on beside the items: their type, and whether they may hold a warning of
    /// audit rules.
    private record Kind(FieldType type, boolean audit) {}

    /// Sets of items, in which nothing is wrong, by the list they come from: rules that name one list share
    /// its set.
    private final Map<List<Literal>, Map<Kind, Operand>> sets = new IdentityHashMap<>();

    OperandTyper(SubjectTyper subjects, FieldNames fields) {
        this.subjects = subjects;
        this.warnings = new OperandWarnings(fields);
    }

    Optional<Operand> type(Subject subject, Expression.Check check, List<Diagnostic> diagnostics) {
        return switch (check.right()) {
            case Term.Call call -> otherSide(subject, check, call, diagnostics);
            case Term.Literal literal -> constants(subject, check, List.of(literal), diagnostics);
            case Term.Items(var items, var _) -> constants(subject, check, items, diagnostics);
            case Term.FieldUse _, Term.Group _, Term.Nothing _ ->
                throw new IllegalArgumentException("no right side, by the grammar: " + ConditionPrinter.print(check));
        };
    }

    private Optional<Operand> otherSide(
            Subject left, Expression.Check check, Term.Call call, List<Diagnostic> diagnostics) {
        var typed = subjects.type(call, diagnostics);
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        var right = typed.get();
        var problem = incomparable(left, check.operator(), right);
        if (problem.isPresent()) {
            diagnostics.add(Code.INCOMPARABLE_SIDES.at(check.span(), problem.get()));
            return Optional.empty();
        }
        return Optional.of(new Operand.Of(right));
    }

    private static Optional<String> incomparable(Subject left, Operator operator, Subject right) {
        if (operator == Operator.PMATCH || operator == Operator.REGEX) {
            return Optional.of("'" + operator.word() + "' compares with what is written only, not with another field");
        }
        for (var side : List.of(left, right)) {
            if (side instanceof Subject.Read(var field, var _) && SubjectTyper.standsAlone(field)) {
                return Optional.of("'" + field.name() + "' cannot be compared with another field");
            }
        }
        if (left.type() != right.type() || left.shape() != right.shape()) {
            return Optional.of("the left side is " + Operators.kind(left.type(), left.shape()) + " (" + left.type()
                    + "), the right side is " + Operators.kind(right.type(), right.shape()) + " (" + right.type()
                    + ")");
        }
        return Optional.empty();
    }

    private Optional<Operand> constants(
            Subject subject, Expression.Check check, List<Literal> items, List<Diagnostic> diagnostics) {
        var operator = check.operator();
        if (check.quantifier().isPresent()) {
            var operands = new ArrayList<Operand>();
            each(subject, check, items, diagnostics, operands);
            return Optional.of(new Operand.Quantified(check.quantifier().get(), operands));
        }
        if (operator == Operator.IN || operator == Operator.INTERSECTS || operator == Operator.PMATCH) {
            return Optional.of(set(subject, check, items, diagnostics));
        }
        var operands = new ArrayList<Operand>();
        each(subject, check, items, diagnostics, operands);
        return operands.stream().findFirst();
    }

    private Operand set(Subject subject, Expression.Check check, List<Literal> items, List<Diagnostic> diagnostics) {
        boolean shared = items.size() >= WORTH_SHARING && !isEventType(subject);
        var kind = new Kind(subject.type(), OperandWarnings.comparesAudit(subject, check.operator()));
        var known = shared ? sets.getOrDefault(items, Map.of()).get(kind) : null;
        if (known != null) {
            return known;
        }
        int before = diagnostics.size();
        var operands = new ArrayList<Operand>(items.size());
        each(subject, check, items, diagnostics, operands);
        var set = set(subject.type(), operands);
        if (shared && diagnostics.size() == before) {
            sets.computeIfAbsent(items, _ -> new HashMap<>()).put(kind, set);
        }
        return set;
    }

    private static Operand set(FieldType type, List<Operand> operands) {
        if (type == FieldType.IPNET) {
            return new Operand.Nets(
                    operands.stream().map(Operand.Net.class::cast).distinct().toList());
        }
        if (type.isText()) {
            Set<String> texts = HashSet.newHashSet(operands.size());
            operands.forEach(operand -> texts.add(((Operand.Text) operand).text()));
            return new Operand.Texts(texts);
        }
        Set<Long> numbers = HashSet.newHashSet(operands.size());
        operands.forEach(operand -> numbers.add(((Operand.Number) operand).number()));
        return new Operand.Numbers(numbers);
    }

    private void each(
            Subject subject,
            Expression.Check check,
            List<Literal> items,
            List<Diagnostic> diagnostics,
            List<Operand> operands) {
        int wrong = 0;
        for (var item : items) {
            if (wrong == MAX_WRONG_ITEMS) {
                return;
            }
            try {
                operands.add(constant(subject, check.operator(), item));
                warnings.check(subject, check, item, diagnostics);
            } catch (Literals.Unfit unfit) {
                diagnostics.add(unfit.at(item.span(), ConditionPrinter.print(check.left())));
                wrong++;
            }
        }
    }

    private static Operand constant(Subject subject, Operator operator, Literal item) throws Literals.Unfit {
        if (isEventType(subject) && !FieldNames.isEventType(item.text())) {
            throw unknownEventType(item.text());
        }
        return Literals.read(subject.type(), operator, item.text());
    }

    private static boolean isEventType(Subject subject) {
        return subject instanceof Subject.Read(var field, var _) && field.name().equals("evt.type");
    }

    private static Literals.Unfit unknownEventType(String name) {
        var fix = FieldNames.nearestEventType(name)
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse(Code.UNKNOWN_EVENT_TYPE.fix());
        return new Literals.Unfit(
                Code.UNKNOWN_EVENT_TYPE, "there is no event type '" + ByteText.readable(name) + "'", fix);
    }
}
