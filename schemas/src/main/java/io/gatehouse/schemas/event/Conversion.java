// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.List;

/// One step from an older form of an event towards today's.
///
/// @param code of the event that is changed
/// @param params how many parameters it has
/// @param target the new code of [Action#CHANGE_TYPE], otherwise `code`
/// @param sources of the parameters that the step makes, in order
public record Conversion(int code, int params, Action action, int target, List<Source> sources) {
    public Conversion {
        sources = List.copyOf(sources);
    }

    public enum Action {
        /// Remember it as what its thread is doing; it is no event of its own any more.
        STORE,
        PASS,
        STORE_AND_PASS,
        /// Keep the parameters and append others.
        ADD,
        /// Another type, all of whose parameters are told.
        CHANGE_TYPE
    }

    /// Where a parameter comes from.
    public sealed interface Source {
        /// A parameter of the event itself.
        record Old(int param) implements Source {}

        /// A parameter of the start of the same call.
        record Enter(int param, Missing missing) implements Source {}

        record Empty() implements Source {}

        record Default() implements Source {}

        /// A container's id, type, name and image, written as JSON.
        record Json() implements Source {}
    }

    /// What stands for a parameter that cannot be had.
    public enum Missing {
        DEFAULT,
        EMPTY
    }
}
