// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An exception of a rule: when its fields compare with one of its values, the rule does not hold.
final class ExceptionDraft {
    final String name;
    final Span span;
    final Where where;
    final Optional<ExceptionValue> fields;
    final Optional<ExceptionValue> comps;
    final List<ExceptionValue> values;

    ExceptionDraft(
            String name,
            Span span,
            Where where,
            Optional<ExceptionValue> fields,
            Optional<ExceptionValue> comps,
            List<ExceptionValue> values) {
        this.name = name;
        this.span = span;
        this.where = where;
        this.fields = fields;
        this.comps = comps;
        this.values = new ArrayList<>(values);
    }
}
