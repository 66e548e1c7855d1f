// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.List;
import java.util.Set;

/// One kind of event.
///
/// @param code its index in the table
/// @param name as conditions write it (`evt.type`); several codes may share a name
/// @param category `file`, `net`, `process`, `io-read` …
public record EventType(
        int code,
        String name,
        Direction direction,
        String category,
        Origin origin,
        Set<Trait> traits,
        List<Param> params) {
    public EventType {
        traits = Set.copyOf(traits);
        params = List.copyOf(params);
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /// The place of a parameter, -1 if there is none of that name.
    public int paramIndex(String paramName) {
        for (int i = 0; i < params.size(); i++) {
            if (params.get(i).name().equals(paramName)) {
                return i;
            }
        }
        return -1;
    }

    public enum Direction {
        ENTER,
        EXIT
    }

    /// Who makes such an event.
    public enum Origin {
        SYSCALL,
        TRACEPOINT,
        ITER,
        META,
        PLUGIN,
        UNKNOWN
    }

    public enum Trait {
        CREATES_FD,
        DESTROYS_FD,
        USES_FD,
        READS_FROM_FD,
        WRITES_TO_FD,
        MODIFIES_STATE,
        WAITS,
        SKIPPARSERESET,
        /// Written by older recorders only.
        OLD_VERSION,
        /// A reader changes it into today's form.
        CONVERTER_MANAGED,
        /// Its code was given out and means nothing.
        UNUSED,
        /// Its parameter lengths take four bytes.
        LARGE_PAYLOAD
    }
}
