// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.List;

/// One parameter of an event.
///
/// @param values names of flags or of enumeration values, in print order; empty for plain values
/// @param dirfd index of the parameter that holds the directory this path is relative to, -1 if none
public record Param(String name, ParamType type, Format format, List<Named> values, int dirfd) {
    public Param {
        values = List.copyOf(values);
    }

    /// How a number is printed.
    public enum Format {
        NA,
        DEC,
        HEX,
        OCT
    }

    public record Named(String name, long value) {}
}
