// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import java.util.ArrayList;
import java.util.List;

/// One value at one path of an object.
///
/// @param path keys as `String` and places in lists as `Integer`
/// @param how what is done there
/// @param value text, truth, or a mapping or list of those
record Change(List<Object> path, How how, Value value) {
    enum How {
        /// The path leads to the value, whatever stood there.
        SET,
        /// The list at the path has the value in it, and is made where there is none.
        ADD,
        /// The same, before all others.
        ADD_FIRST
    }

    sealed interface Value {
        record Word(String text) implements Value {}

        record Flag(boolean value) implements Value {}

        record Fields(List<Field> fields) implements Value {
            public Fields {
                fields = List.copyOf(fields);
            }
        }

        record Items(List<Value> items) implements Value {
            public Items {
                items = List.copyOf(items);
            }
        }
    }

    record Field(String name, Value value) {}

    Change {
        path = List.copyOf(path);
    }

    static Change set(List<Object> path, Value value) {
        return new Change(path, How.SET, value);
    }

    static Change add(List<Object> path, Value value) {
        return new Change(path, How.ADD, value);
    }

    Change first() {
        return how == How.ADD ? new Change(path, How.ADD_FIRST, value) : this;
    }

    /// `spec.containers[0].image` taken apart.
    static List<Object> steps(String field) {
        var steps = new ArrayList<Object>();
        for (var part : field.split("\\.")) {
            int bracket = part.indexOf('[');
            steps.add(bracket < 0 ? part : part.substring(0, bracket));
            while (bracket >= 0) {
                int end = part.indexOf(']', bracket);
                steps.add(Integer.valueOf(part.substring(bracket + 1, end)));
                bracket = part.indexOf('[', end);
            }
        }
        return steps;
    }
}
