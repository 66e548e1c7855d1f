// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.field;

/// The type of a field's values, under the names rule authors know.
public enum FieldType {
    CHARBUF,
    BYTEBUF,
    BOOL,
    INT16,
    INT32,
    INT64,
    UINT32,
    UINT64,
    DOUBLE,
    PORT,
    /// Nanoseconds.
    RELTIME,
    /// Nanoseconds since 1970.
    ABSTIME,
    IPADDR,
    IPNET,
    /// The type of the event's parameter that the argument names.
    DYNAMIC;

    /// Whether values are held as text: a string of bytes, one char each (see `engine.event`).
    public boolean isText() {
        return switch (this) {
            case CHARBUF, BYTEBUF, IPADDR, IPNET -> true;
            default -> false;
        };
    }
}
