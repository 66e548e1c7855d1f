// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.util.Optional;

/// The mount that an open file was opened by.
///
/// @param number as `mountinfo` has it; used again once the mount is gone
/// @param lasting a number that is never used again, where the kernel gives one (6.8), else `number`
/// @param readOnly nothing can be written by this mount
public record MountStatus(long number, long lasting, boolean readOnly) {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int STATX_MNT_ID_UNIQUE = 0x4000;
    private static final int MASK_OFFSET = 0;
    private static final int MNT_ID_OFFSET = 144;
    private static final int STATX_SIZE = 256;

    private static final int STATFS_SIZE = 128;
    private static final int FLAGS_OFFSET = 80; // on 64-bit machines
    private static final long ST_RDONLY = 1;

    /// Empty where the kernel does not tell (before 5.8).
    public static Optional<MountStatus> of(OpenedFile file) {
        var status = Native.zeroed(STATX_SIZE);
        var flags = Native.zeroed(STATFS_SIZE);
        if (Native.c().statx(file.fd(), "", AT_EMPTY_PATH, STATX_MNT_ID, status) != 0
                || (status.getInt(MASK_OFFSET) & STATX_MNT_ID) == 0
                || Native.c().fstatfs(file.fd(), flags) != 0) {
            return Optional.empty();
        }
        long number = status.getLong(MNT_ID_OFFSET);
        boolean lasts = Native.c().statx(file.fd(), "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, status) == 0
                && (status.getInt(MASK_OFFSET) & STATX_MNT_ID_UNIQUE) != 0;
        return Optional.of(new MountStatus(
                number,
                lasts ? status.getLong(MNT_ID_OFFSET) : number,
                (flags.getLong(FLAGS_OFFSET) & ST_RDONLY) != 0));
    }
}
