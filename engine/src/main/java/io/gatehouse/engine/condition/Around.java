// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;

/// `evt.around[T] = D`: the event is at most D milliseconds away from time T. It is two checks of the
/// event's time.
final class Around {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private Around() {}

    static Optional<Condition> check(
            Optional<String> time,
            Operand distance,
            Expression.Check check,
            SubjectTyper subjects,
            List<Diagnostic> diagnostics) {
        if (check.operator() != Operator.EQUAL || !(distance instanceof Operand.Number(var millis))) {
            diagnostics.add(Code.OPERATOR_MISUSED.at(
                    check.span(),
                    "'evt.around' is compared with '=' and a number of milliseconds only",
                    "write 'evt.around[TIME] = MILLISECONDS'"));
            return Optional.empty();
        }
        long middle = Long.parseUnsignedLong(time.orElseThrow());
        long reach =
                millis < 0 || millis > Long.MAX_VALUE / NANOS_PER_MILLI ? Long.MAX_VALUE : millis * NANOS_PER_MILLI;
        long first = Long.compareUnsigned(middle, reach) < 0 ? 0 : middle - reach;
        long last = Long.compareUnsigned(-1 - middle, reach) < 0 ? -1 : middle + reach;
        return subjects.type(
                        new Term.FieldUse(
                                "evt.rawtime", Optional.empty(), check.left().span()),
                        diagnostics)
                .map(now -> new Condition.And(List.of(
                        new Condition.Check(now, Operator.GREATER_OR_EQUAL, new Operand.Number(first), check.span()),
                        new Condition.Check(now, Operator.LESS_OR_EQUAL, new Operand.Number(last), check.span()))));
    }
}
