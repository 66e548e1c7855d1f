// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.Source;
import io.gatehouse.schemas.event.Source.Word;

/// Reads the numbers of a record, each as the format has it. Asked with [#read], answers with [#value].
final class LiveNumbers {
    static final int IN_PROGRESS = -115; // EINPROGRESS: the connection is on its way
    private static final int MOST_ERRNO = 4095;

    // Flags of open: the kernel's, then the format's
    private static final int ACCESS_MODE = 3;
    private static final int WRITE_ONLY = 1;
    private static final int READ_WRITE = 2;
    private static final int CREATE = 0x40;
    private static final int TEMPORARY_FILE = 0x400000;
    private static final int TOLD_READ_ONLY = 1;
    private static final int TOLD_WRITE_ONLY = 2;
    private static final int TOLD_READ_WRITE = 3;
    private static final int TOLD_UPPER_LAYER = 1 << 15;
    private static final int TOLD_LOWER_LAYER = 1 << 16;
    private static final int CREAT_UPPER_LAYER = 1;
    private static final int CREAT_LOWER_LAYER = 1 << 1;

    private static final int MODE_BITS = 07777;
    private static final int KIND_BITS = 0170000;
    private static final int PLAIN_FILE = 0100000;
    private static final int MOUNT_MAGIC_MASK = 0xffff0000;
    private static final int MOUNT_MAGIC = 0xC0ED0000;
    private static final int CHILD_IN_PID_NAMESPACE = 1 << 29;

    // struct gh_watch_file
    private static final int FILE_DEVICE = 8;
    private static final int FILE_FLAGS = 12;
    private static final int FILE_INODE = 16;
    private static final int FILE_LAYER = 28;
    static final int FILE_BYTES = 48;
    private static final int UPPER = 1;
    private static final int LOWER = 2;

    // struct gh_watch_program
    private static final int EXE_INODE = 0;
    private static final int EXE_CTIME = 8;
    private static final int EXE_MTIME = 16;
    private static final int EXE_LAYER = 40;
    static final int EXE_MEMFD = 42;
    private static final int EXE_WRITABLE = 43;
    private static final int EXE_FD_LIMIT = 48;
    private static final int EXE_VM_SIZE = 56;
    private static final int EXE_VM_RSS = 64;
    private static final int EXE_VM_SWAP = 72;
    private static final int EXE_MAJOR = 80;
    private static final int EXE_MINOR = 88;
    static final int EXE_BYTES = 96;
    private static final int TOLD_WRITABLE = 1;
    private static final int TOLD_UPPER = 1 << 1;
    private static final int TOLD_MEMFD = 1 << 2;
    private static final int TOLD_LOWER = 1 << 3;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int PR_SET_NAME = 15;
    private static final int PR_GET_NAME = 16;
    private static final int PR_GET_CHILD_SUBREAPER = 37;
    private static final int SEMAPHORE_COMMAND = 2;
    private static final int IPC_64 = 0x100;
    private static final int SETVAL = 16;

    private static final Word FIRST = new Word(0, Long.BYTES, false);

    private long value;
    /// Where the file that was asked for last lies in the record.
    private int fileAt;

    private final LiveQuota quota = new LiveQuota();

    long value() {
        return value;
    }

    /// What a call returned. By the 32-bit entry a large address is none of the errors, which are the last 4095.
    static long result(LiveRecord record) {
        long result = record.result();
        if (!record.is(LiveRecord.FACT_COMPAT)) {
            return result;
        }
        int low = (int) result;
        return low < 0 && low >= -MOST_ERRNO ? low : Integer.toUnsignedLong(low);
    }

    private boolean is(long number) {
        value = number;
        return true;
    }

    /// @param result what the call returned
    /// @return whether the record tells
    boolean read(LiveRecord record, Call call, Source source, long result) {
        int argument = source.argument();
        return switch (source.from()) {
            case RESULT -> is(result);
            case ARG -> word(record, source);
            case INT, FD -> word(record, source) && is((int) value);
            case FLAGS, VALUES -> word(record, source) && is(source.values().toFormat(value));
            case ZERO -> is(0);
            case POSITION -> is(position(record, argument));
            case HIGH_FIRST ->
                is(record.argument(argument) << Integer.SIZE | record.argument(argument + 1) & 0xffffffffL);
            case TIME -> time(record, source);
            case WHOLE -> whole(record, argument);
            case OPENED -> opened(record, source);
            case OPEN_MODE -> openMode(record, call, source);
            case MODE -> is(record.argument(argument) & MODE_BITS);
            case NODE_MODE -> is(nodeMode(record.argument(argument)));
            case MOUNT_FLAGS -> is(mountFlags(source, (int) record.argument(argument)));
            case CLONE_FLAGS -> cloneFlags(record, source);
            case DEVICE -> file(record, argument, result) && is(hasFile(record, argument) ? device(record) : 0);
            case INODE -> file(record, argument, result) && is(hasFile(record, argument) ? inode(record) : 0);
            case LAYER -> is(createdLayer(record, argument));
            case OPTION -> is(SocketParams.option(record, source));
            case PRCTL_NUMBER -> prctlNumber(record, argument);
            case SEMAPHORE_VALUE ->
                is((record.argument(SEMAPHORE_COMMAND) & ~IPC_64) == SETVAL ? (int) record.argument(argument) : 0);
            case QUOTA_COMMAND, QUOTA_TYPE, QUOTA_ID, QUOTA_FORMAT, QUOTA_FORMAT_OUT, QUOTA_BLOCK, QUOTA_INFO ->
                is(quota.read(record, source));
            case CALL_ID -> is(call.syscallId());
            case CALL_NUMBER -> call.numbers().x86() >= 0 && is(call.numbers().x86());
            case TASK_TID -> is(record.tid());
            case TASK_PID -> is(record.pid());
            case TASK_PPID -> is(record.parentPid());
            case TASK_VTID -> is(record.virtualTid());
            case TASK_VPID -> is(record.virtualPid());
            case TASK_PGID -> is(record.processGroupId());
            case TASK_VPGID -> is(record.virtualProcessGroupId());
            case TASK_UID -> is(record.uid());
            case TASK_GID -> is(record.gid());
            case TASK_LOGINUID -> is(record.loginuid());
            case TASK_TTY -> is(record.tty());
            case TASK_INHERITABLE -> is(record.capInheritable());
            case TASK_PERMITTED -> is(record.capPermitted());
            case TASK_EFFECTIVE -> is(record.capEffective());
            case PROGRAM_FD_LIMIT -> program(record, EXE_FD_LIMIT);
            case PROGRAM_MAJOR_FAULTS -> program(record, EXE_MAJOR);
            case PROGRAM_MINOR_FAULTS -> program(record, EXE_MINOR);
            case PROGRAM_VM_SIZE -> program(record, EXE_VM_SIZE);
            case PROGRAM_VM_RSS -> program(record, EXE_VM_RSS);
            case PROGRAM_VM_SWAP -> program(record, EXE_VM_SWAP);
            case PROGRAM_INODE -> program(record, EXE_INODE);
            case PROGRAM_CTIME -> program(record, EXE_CTIME);
            case PROGRAM_MTIME -> program(record, EXE_MTIME);
            case PROGRAM_FLAGS -> program(record, 0) && is(programFlags(record));
            default -> false;
        };
    }

    // Arguments

    /// The register, or what is behind it if it was read.
    private boolean word(LiveRecord record, Source source) {
        if (source.word().isRegister()) {
            return is(record.argument(source.argument()));
        }
        return behind(record, LiveRecord.ARG + source.argument(), source.word());
    }

    private boolean behind(LiveRecord record, int tag, Word word) {
        int size = word.longs() ? longBytes(record) : word.size();
        int offset = word.longs() ? word.offset() * size : word.offset();
        if (record.length(tag) < offset + size) {
            return false;
        }
        int at = record.offset(tag) + offset;
        return is(
                switch (size) {
                    case 1 -> record.bytes()[at] & 0xff;
                    case 2 -> record.u16(at);
                    case 4 -> Integer.toUnsignedLong(record.u32(at));
                    default -> record.i64(at);
                });
    }

    private static int longBytes(LiveRecord record) {
        return record.is(LiveRecord.FACT_COMPAT) ? Integer.BYTES : Long.BYTES;
    }

    /// By the 32-bit entry in two registers, the lower half first.
    private static long position(LiveRecord record, int argument) {
        long low = record.argument(argument);
        return record.is(LiveRecord.FACT_COMPAT)
                ? record.argument(argument + 1) << Integer.SIZE | low & 0xffffffffL
                : low;
    }

    private boolean time(LiveRecord record, Source source) {
        int tag = LiveRecord.ARG + source.argument();
        int size = source.word().longs() ? longBytes(record) : Long.BYTES;
        if (record.length(tag) < 2 * size) {
            return false;
        }
        int at = record.offset(tag);
        long seconds = size == Integer.BYTES ? record.u32(at) : record.i64(at);
        long nanos = size == Integer.BYTES ? record.u32(at + size) : record.i64(at + size);
        return is(seconds * NANOS_PER_SECOND + nanos);
    }

    private boolean whole(LiveRecord record, int argument) {
        int tag = LiveRecord.ARG + argument;
        return record.has(tag) && is(record.wholeLength(tag));
    }

    private boolean prctlNumber(LiveRecord record, int argument) {
        return switch ((int) record.argument(0)) {
            case PR_SET_NAME, PR_GET_NAME -> is(0);
            // the kernel is asked for a text there: of a small number its first byte is all
            case PR_GET_CHILD_SUBREAPER -> {
                int tag = LiveRecord.ARG + argument;
                yield record.length(tag) > 0 && is(record.bytes()[record.offset(tag)] & 0xff);
            }
            default -> is(record.argument(argument));
        };
    }

    // Files

    private boolean hasFile(LiveRecord record, int argument) {
        int tag = LiveRecord.FILE + argument;
        fileAt = record.offset(tag);
        return record.length(tag) >= FILE_BYTES;
    }

    /// Whether something can be said of a file: of a call that failed, that there is none.
    private boolean file(LiveRecord record, int argument, long result) {
        return hasFile(record, argument) || argument == Source.RESULT && result < 0;
    }

    private long device(LiveRecord record) {
        return userDevice(record.u32(fileAt + FILE_DEVICE));
    }

    private long inode(LiveRecord record) {
        return record.i64(fileAt + FILE_INODE);
    }

    /// Inside, the kernel has 12 bits of major and 20 of minor number; outside they are laid out as in `stat`.
    static int userDevice(int device) {
        int major = device >>> 20;
        int minor = device & 0xfffff;
        return minor & 0xff | major << 8 | (minor & ~0xff) << 12;
    }

    private int layer(LiveRecord record, int argument) {
        return hasFile(record, argument) ? record.bytes()[fileAt + FILE_LAYER] : 0;
    }

    private boolean opened(LiveRecord record, Source source) {
        if (!source.word().isRegister() && hasFile(record, Source.RESULT)) {
            // What was opened says how it is open: the user's memory may have changed since, or be gone.
            long open = Integer.toUnsignedLong(record.u32(fileAt + FILE_FLAGS));
            value = word(record, source) ? value & ~ACCESS_MODE | open & ACCESS_MODE : open;
        } else if (!word(record, source)) {
            return false;
        }
        long told = source.values().toFormat(value)
                | switch ((int) value & ACCESS_MODE) {
                    case WRITE_ONLY -> TOLD_WRITE_ONLY;
                    case READ_WRITE -> TOLD_READ_WRITE;
                    default -> TOLD_READ_ONLY;
                };
        return is(
                switch (layer(record, Source.RESULT)) {
                    case UPPER -> told | TOLD_UPPER_LAYER;
                    case LOWER -> told | TOLD_LOWER_LAYER;
                    default -> told;
                });
    }

    private int createdLayer(LiveRecord record, int argument) {
        return switch (layer(record, argument)) {
            case UPPER -> CREAT_UPPER_LAYER;
            case LOWER -> CREAT_LOWER_LAYER;
            default -> 0;
        };
    }

    /// The flags stand before it: in the register before, or first in the structure.
    private boolean openMode(LiveRecord record, Call call, Source source) {
        long flags;
        if (source.word().isRegister()) {
            flags = record.argument(call.openFlagsArgument());
        } else if (behind(record, LiveRecord.ARG + source.argument(), FIRST)) {
            flags = value;
        } else {
            return false;
        }
        boolean makes = (flags & (CREATE | TEMPORARY_FILE)) != 0;
        return word(record, source) && is(makes ? value & MODE_BITS : 0);
    }

    private static long nodeMode(long mode) {
        long kind = mode & KIND_BITS;
        return mode & MODE_BITS | (kind == 0 ? PLAIN_FILE : kind);
    }

    private static long mountFlags(Source source, int flags) {
        int plain = (flags & MOUNT_MAGIC_MASK) == MOUNT_MAGIC ? flags & ~MOUNT_MAGIC_MASK : flags;
        return source.values().toFormat(Integer.toUnsignedLong(plain));
    }

    // Tasks

    private boolean cloneFlags(LiveRecord record, Source source) {
        boolean born = record.kind() == LiveRecord.FORK;
        if (born) {
            value = record.argument(0);
        } else if (source.argument() < 0) {
            value = 0;
        } else if (!word(record, source)) {
            return false;
        }
        boolean inside = record.virtualTid() != record.tid();
        return is(source.values().toFormat(value) | (inside ? CHILD_IN_PID_NAMESPACE : 0));
    }

    private boolean program(LiveRecord record, int offset) {
        return record.length(LiveRecord.EXE) >= EXE_BYTES && is(record.i64(record.offset(LiveRecord.EXE) + offset));
    }

    private static long programFlags(LiveRecord record) {
        var bytes = record.bytes();
        int at = record.offset(LiveRecord.EXE);
        int layer = bytes[at + EXE_LAYER];
        return (bytes[at + EXE_WRITABLE] != 0 ? TOLD_WRITABLE : 0)
                | (layer == UPPER ? TOLD_UPPER : layer == LOWER ? TOLD_LOWER : 0)
                | (bytes[at + EXE_MEMFD] != 0 ? TOLD_MEMFD : 0);
    }
}
