// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

/// What the kernel copies of an argument that points somewhere. The codes are wire format (`enum gh_watch_capture`).
public enum Capture {
    NOTHING(0),
    /// A text that ends with NUL.
    STRING(1),
    /// So many bytes as the length says.
    BYTES(2),
    /// A socket address.
    ADDRESS(3),
    /// A message: the start of its data, and the address it goes to or came from.
    MESSAGE(4),
    /// The start of the data of so many buffers as the length says.
    VECTOR(5),
    /// A list of texts, as exec takes it.
    ARGV(6),
    /// A structure of a size that never changes.
    FIXED(7);

    /// Length: what the call returned.
    public static final int BY_RESULT = 6;
    /// Length: plus an argument that points at 32 bits with it.
    public static final int BY_POINTER = 0x10;
    /// Length: plus the number of bytes.
    public static final int FIXED_LENGTH = 0x80;
    /// The most that [#FIXED_LENGTH] can say.
    public static final int MOST_FIXED = 0x7f;

    private final int code;

    Capture(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
