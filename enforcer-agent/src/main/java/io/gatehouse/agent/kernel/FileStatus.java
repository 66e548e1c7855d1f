// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import jnr.ffi.Pointer;

/// What the kernel knows of a file without asking anybody: a file system that a user serves (FUSE) may never answer, so
/// it is not asked (AT_STATX_DONT_SYNC). Its memory is its own and used again, so it belongs to one thread.
public final class FileStatus {
    private static final int AT_FDCWD = -100;
    private static final int DONT_SYNC = 0x4000;
    private static final int BASIC = 0x7ff;
    private static final int TYPE = 0xf000;
    private static final int REGULAR = 0x8000;
    private static final long NANOS = 1_000_000_000L;

    private final Pointer status = Native.zeroed(256); // struct statx

    /// Links are followed.
    ///
    /// @return whether the file is there and may be looked at
    public boolean read(String path) {
        return Native.c().statx(AT_FDCWD, path, DONT_SYNC, BASIC, status) == 0;
    }

    public int links() {
        return status.getInt(16);
    }

    /// Unsigned 32 bits.
    public long owner() {
        return status.getInt(20) & 0xffffffffL;
    }

    public long group() {
        return status.getInt(24) & 0xffffffffL;
    }

    public int mode() {
        return status.getShort(28) & 0xffff;
    }

    public boolean isRegular() {
        return (mode() & TYPE) == REGULAR;
    }

    public long inode() {
        return status.getLong(32);
    }

    public long size() {
        return status.getLong(40);
    }

    public long ctimeNanos() {
        return status.getLong(96) * NANOS + status.getInt(104);
    }

    public long mtimeNanos() {
        return status.getLong(112) * NANOS + status.getInt(120);
    }

    /// Of the file system it is in: major number in the upper half, minor in the lower.
    public long device() {
        return (long) status.getInt(136) << 32 | status.getInt(140) & 0xffffffffL;
    }
}
