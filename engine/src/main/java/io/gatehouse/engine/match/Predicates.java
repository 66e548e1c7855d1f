// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.NumberTest;
import io.gatehouse.engine.condition.Tests;
import io.gatehouse.engine.condition.TextTest;
import java.util.Optional;

/// The test of one value that a check makes, where it compares with constants.
final class Predicates {
    private Predicates() {}

    static Optional<TextTest> ofText(Check check) {
        return check.operand() instanceof Operand.Of || !check.subject().type().isText()
                ? Optional.empty()
                : Optional.of(Tests.text(check.subject().type(), check.operator(), check.operand()));
    }

    static Optional<NumberTest> ofNumber(Check check) {
        return check.operand() instanceof Operand.Of || check.subject().type().isText()
                ? Optional.empty()
                : Optional.of(Tests.number(check.subject().type(), check.operator(), check.operand()));
    }
}
