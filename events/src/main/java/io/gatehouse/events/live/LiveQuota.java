// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.Source;

/// The numbers of quotactl: which of them mean something depends on its command.
final class LiveQuota {
    private static final int COMMAND_ARGUMENT = 0;
    private static final int DATA_ARGUMENT = 3;
    private static final int COMMAND_SHIFT = 8;
    private static final int TYPE_MASK = 0xff;
    private static final int QUOTA_ON = 0x800002;
    private static final int GET_FORMAT = 0x800004;
    private static final int GET_INFO = 0x800005;
    private static final int SET_INFO = 0x800006;
    private static final int GET_QUOTA = 0x800007;
    private static final int SET_QUOTA = 0x800008;
    private static final int XFS_GET_QUOTA = 0x5803;
    private static final int XFS_SET_LIMITS = 0x5804;
    /// Where `struct if_dqblk` and `struct if_dqinfo` say which of their members hold.
    private static final int BLOCK_VALID = 64;

    private static final int INFO_VALID = 20;

    static boolean turnsOn(LiveRecord record) {
        return command(record) == QUOTA_ON;
    }

    private static int command(LiveRecord record) {
        return (int) record.argument(COMMAND_ARGUMENT) >>> COMMAND_SHIFT;
    }

    /// 0 where the command has no such number.
    long read(LiveRecord record, Source source) {
        int command = command(record);
        return switch (source.from()) {
            case QUOTA_COMMAND -> source.values().toFormat(command);
            case QUOTA_TYPE -> source.values().toFormat(record.argument(COMMAND_ARGUMENT) & TYPE_MASK);
            case QUOTA_ID ->
                switch (command) {
                    case GET_QUOTA, SET_QUOTA, XFS_GET_QUOTA, XFS_SET_LIMITS -> record.argument(source.argument());
                    default -> 0;
                };
            case QUOTA_FORMAT -> source.values().toFormat(command == QUOTA_ON ? record.argument(source.argument()) : 0);
            case QUOTA_FORMAT_OUT -> source.values().toFormat(command == GET_FORMAT ? data(record, 0, 4) : 0);
            case QUOTA_BLOCK -> command == GET_QUOTA || command == SET_QUOTA ? member(record, source, BLOCK_VALID) : 0;
            case QUOTA_INFO -> command == GET_INFO || command == SET_INFO ? member(record, source, INFO_VALID) : 0;
            default -> 0;
        };
    }

    private static long member(LiveRecord record, Source source, int validAt) {
        boolean valid = (data(record, validAt, 4) & source.bit()) != 0;
        return valid ? data(record, source.word().offset(), source.word().size()) : 0;
    }

    private static long data(LiveRecord record, int offset, int size) {
        int tag = LiveRecord.ARG + DATA_ARGUMENT;
        if (record.length(tag) < offset + size) {
            return 0;
        }
        int at = record.offset(tag) + offset;
        return size == Integer.BYTES ? Integer.toUnsignedLong(record.u32(at)) : record.i64(at);
    }
}
