// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.schemas.field.Field;
import java.util.Optional;

/// What is known of a field before a group of events is looked at one by one: what all events of the group
/// have in common.
public sealed interface Knowledge {
    Knowledge NOTHING = new Nothing();
    Knowledge VALUE = new Value();
    Knowledge SIGN = new Sign();

    /// Two events of the group may answer differently.
    record Nothing() implements Knowledge {}

    /// All events of the group give the same answer, none at all included.
    record Value() implements Knowledge {}

    /// One number that is below zero for all events of the group, or for none; it is missing for all or for none.
    record Sign() implements Knowledge {}

    /// One text that is this one for all events of the group, or for none; it is missing for all or for none.
    record Whether(String text) implements Knowledge {}

    /// @param kind of the event that is asked
    record Use(Field field, Optional<String> argument, int kind) {}

    /// Says what is known of each field that a rule asks.
    @FunctionalInterface
    interface Of {
        Knowledge of(Use use);
    }
}
