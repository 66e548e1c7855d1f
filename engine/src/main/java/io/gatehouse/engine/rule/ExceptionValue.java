// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Span;
import java.util.List;

/// What stands under `fields`, `comps` or `values`: a text, or a list of them.
sealed interface ExceptionValue {
    Span span();

    record One(Script script, Span span) implements ExceptionValue {
        String text() {
            return script.text();
        }
    }

    record Many(List<ExceptionValue> items, Span span) implements ExceptionValue {
        public Many {
            items = List.copyOf(items);
        }
    }
}
