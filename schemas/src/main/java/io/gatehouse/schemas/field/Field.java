// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.field;

import java.util.Optional;
import java.util.Set;

/// Something that can be asked of an event.
///
/// @param shape how many values an answer holds
/// @param sources the kinds of events that may answer it
/// @param help one sentence, with the unit where there is one
/// @param deprecated what to write instead, for a name that is kept only for old files
public record Field(
        String name,
        FieldType type,
        Shape shape,
        Argument argument,
        Set<Source> sources,
        String help,
        Optional<String> deprecated) {
    public Field {
        sources = Set.copyOf(sources);
    }

    public enum Shape {
        ONE,
        /// A list: `in` asks that every value is in the set, `intersects` that one is.
        LIST,
        /// Several candidates, as with either end of a connection or all ancestors: a test holds if it holds for one.
        ANY
    }

    /// Where a rule's events come from, as rules files name it.
    public enum Source {
        SYSCALL,
        K8S_AUDIT,
        JSON
    }

    /// What may stand in brackets after the name.
    public enum Argument {
        NONE,
        OPTIONAL,
        REQUIRED,
        OPTIONAL_INDEX,
        REQUIRED_KEY,
        REQUIRED_INDEX_OR_KEY
    }
}
