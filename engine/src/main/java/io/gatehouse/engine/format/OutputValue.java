// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import java.util.List;

/// The value of one field in an alert, typed as JSON types it.
public sealed interface OutputValue {
    /// @param text readable
    record Text(String text) implements OutputValue {}

    record Whole(long number) implements OutputValue {}

    /// @param bits of a number that may be above the greatest long
    record Unsigned(long bits) implements OutputValue {}

    record Decimal(double number) implements OutputValue {}

    record Truth(boolean value) implements OutputValue {}

    record Many(List<OutputValue> items) implements OutputValue {
        public Many {
            items = List.copyOf(items);
        }
    }

    /// The event has no such value.
    record Missing() implements OutputValue {}

    default String json() {
        var out = new StringBuilder();
        JsonText.append(this, out);
        return out.toString();
    }
}
