// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

/// The form of a parameter's bytes. Numbers are little-endian; `bytes` is their size, 0 where the length varies.
public enum ParamType {
    INT8(1, true),
    INT16(2, true),
    INT32(4, true),
    INT64(8, true),
    UINT8(1, false),
    UINT16(2, false),
    UINT32(4, false),
    UINT64(8, false),
    /// File descriptor, or minus an errno.
    FD(8, true),
    FD32(4, true),
    /// Result of a call: negative is minus an errno.
    ERRNO(8, true),
    PID(8, true),
    PID32(4, true),
    UID(4, false),
    GID(4, false),
    FLAGS8(1, false),
    FLAGS16(2, false),
    FLAGS32(4, false),
    ENUMFLAGS8(1, false),
    ENUMFLAGS16(2, false),
    ENUMFLAGS32(4, false),
    MODE(4, false),
    /// Nanoseconds.
    RELTIME(8, false),
    /// Nanoseconds since 1970.
    ABSTIME(8, false),
    SYSCALLID(2, false),
    SIGTYPE(1, false),
    SIGSET(4, false),
    PORT(2, false),
    IPV4ADDR(4, false),
    IPV6ADDR(0, false),
    /// Text that ends with NUL.
    CHARBUF(0, false),
    FSPATH(0, false),
    FSRELPATH(0, false),
    /// Texts that each end with NUL.
    CHARBUFARRAY(0, false),
    CHARBUF_PAIR_ARRAY(0, false),
    /// Raw bytes, cut at the recorder's snap length.
    BYTEBUF(0, false),
    SOCKADDR(0, false),
    SOCKTUPLE(0, false),
    FDLIST(0, false),
    /// An index of a variant, then its value.
    DYN(0, false);

    private final int bytes;
    private final boolean signed;

    ParamType(int bytes, boolean signed) {
        this.bytes = bytes;
        this.signed = signed;
    }

    public int bytes() {
        return bytes;
    }

    public boolean signed() {
        return signed;
    }

    public boolean isNumber() {
        return bytes > 0;
    }
}
