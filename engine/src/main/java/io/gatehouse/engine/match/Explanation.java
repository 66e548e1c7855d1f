// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition;
import java.util.List;
import java.util.Optional;

/// Why a condition held for an event, or why not: the condition as written, and at each part whether it
/// held. All parts are asked, those too that decide nothing.
public sealed interface Explanation {
    boolean holds();

    record All(boolean holds, List<Explanation> parts) implements Explanation {
        public All {
            parts = List.copyOf(parts);
        }
    }

    record Any(boolean holds, List<Explanation> parts) implements Explanation {
        public Any {
            parts = List.copyOf(parts);
        }
    }

    record Not(boolean holds, Explanation part) implements Explanation {}

    /// @param values of the fields that were looked at, those on the right side last
    record Checked(boolean holds, Condition.Check check, List<Value> values) implements Explanation {
        public Checked {
            values = List.copyOf(values);
        }
    }

    /// @param field with its argument, as conditions write it
    /// @param text readable; nothing where the event has no such value
    record Value(String field, Optional<String> text) {}
}
