// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.Transformer;
import io.gatehouse.engine.condition.Transforms;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.Optional;

/// What one lookup asks of an event. Checks that ask the same are answered together.
sealed interface Question {
    /// Where a number lies between those that rules compare it with.
    record OfNumber(Subject.Read subject) implements Question {}

    /// Which text it is, or how it begins.
    record OfText(Subject.Read subject) implements Question {}

    /// How a text ends.
    record OfEnd(Subject.Read subject) implements Question {}

    /// Which texts lie within it, upper and lower case apart or not. Several may, so it takes part in keys
    /// alone.
    record OfParts(Subject.Read subject, PartTable.Case upperAndLower) implements Question {}

    /// Whether a term holds that several rules share and no table answers.
    record OfTerm(Term term) implements Question {}

    /// The question that a check asks, if a table can answer it.
    static Optional<Question> of(Check check) {
        if (!(check.subject() instanceof Subject.Read subject) || subject.shape() != Shape.ONE) {
            return Optional.empty();
        }
        return switch (subject.type()) {
            case CHARBUF -> ofText(check, subject);
            case BOOL, INT16, INT32, INT64, UINT32, UINT64, PORT, RELTIME, ABSTIME ->
                comparesNumbers(check) ? Optional.of(new OfNumber(subject)) : Optional.empty();
            // doubles do not sort by their bits; addresses and buffers have ways of their own to be equal
            case DOUBLE, DYNAMIC, BYTEBUF, IPADDR, IPNET -> Optional.empty();
        };
    }

    private static Optional<Question> ofText(Check check, Subject.Read subject) {
        return switch (check.operator()) {
            case EXISTS -> Optional.of(new OfText(subject));
            case EQUAL, NOT_EQUAL, STARTSWITH ->
                check.operand() instanceof Operand.Text ? Optional.of(new OfText(subject)) : Optional.empty();
            case IN -> check.operand() instanceof Operand.Texts ? Optional.of(new OfText(subject)) : Optional.empty();
            case ENDSWITH ->
                check.operand() instanceof Operand.Text ? Optional.of(new OfEnd(subject)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean comparesNumbers(Check check) {
        return switch (check.operator()) {
            case EXISTS -> true;
            case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                check.operand() instanceof Operand.Number;
            case IN -> check.operand() instanceof Operand.Numbers;
            default -> false;
        };
    }

    /// The question whether one text lies within another.
    static Optional<OfParts> ofPart(Check check) {
        boolean asksForOne = check.subject() instanceof Subject.Read(var field, var _)
                && field.type() == FieldType.CHARBUF
                && check.subject().shape() == Shape.ONE
                && check.operand() instanceof Operand.Text(var text)
                && !text.isEmpty();
        if (!asksForOne) {
            return Optional.empty();
        }
        var subject = (Subject.Read) check.subject();
        return switch (check.operator()) {
            case CONTAINS -> Optional.of(new OfParts(subject, PartTable.Case.COUNTS));
            case ICONTAINS -> Optional.of(new OfParts(subject, PartTable.Case.IS_FOLDED));
            default -> Optional.empty();
        };
    }

    /// The text that [#ofPart] asks for.
    static String part(Check check) {
        var text = ((Operand.Text) check.operand()).text();
        return check.operator() == Operator.ICONTAINS
                ? Transforms.text(Transformer.TOLOWER, text).orElseThrow()
                : text;
    }
}
