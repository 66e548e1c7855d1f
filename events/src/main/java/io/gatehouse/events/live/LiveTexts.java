// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.Capture;
import io.gatehouse.schemas.event.Source;

/// Puts the texts and bytes of a record; nothing for what it does not tell.
final class LiveTexts {
    private static final int COMM = 200;
    private static final int COMM_BYTES = 16;
    private static final int PR_SET_NAME = 15;
    private static final int PR_GET_NAME = 16;
    private static final int FILE_NAMES = 48;
    private static final int FILE_ANON = 32;
    private static final int FILE_ANON_BYTES = 16;
    private static final int FSCONFIG_COMMAND = 1;
    private static final int FSCONFIG_SIZE = 4;
    private static final int FSCONFIG_STRING = 1;
    private static final int FSCONFIG_BINARY = 2;
    private static final int FSCONFIG_PATH = 3;
    private static final int FSCONFIG_PATH_EMPTY = 4;

    private final ParamBuffer out;

    LiveTexts(ParamBuffer out) {
        this.out = out;
    }

    void put(LiveRecord record, Source source, long result) {
        int tag = LiveRecord.ARG + source.argument();
        switch (source.from()) {
            case TEXT, PATH -> text(record, tag);
            case ASKED -> text(record, record.has(LiveRecord.ASKED) ? LiveRecord.ASKED : tag);
            case TASK_COMM -> out.text(record.bytes(), COMM, COMM_BYTES);
            case FILE_PATH -> filePath(record, LiveRecord.FILE + source.argument());
            case PROGRAM_PATH -> programPath(record);
            case FIRST_WORD -> text(record, words(record, tag));
            case OTHER_WORDS -> otherWords(record, words(record, tag));
            case ENVIRONMENT -> list(record, record.has(LiveRecord.ENV) ? LiveRecord.ENV : tag, 0);
            case PRCTL_TEXT -> {
                int option = (int) record.argument(0);
                if (option == PR_SET_NAME || option == PR_GET_NAME) {
                    text(record, tag);
                }
            }
            case QUOTA_PATH -> {
                if (LiveQuota.turnsOn(record)) {
                    text(record, tag);
                }
            }
            case FSCONFIG_TEXT -> {
                int command = (int) record.argument(FSCONFIG_COMMAND);
                if (result >= 0
                        && (command == FSCONFIG_STRING || command == FSCONFIG_PATH || command == FSCONFIG_PATH_EMPTY)) {
                    text(record, tag);
                }
            }
            case FSCONFIG_BYTES -> {
                if (result >= 0 && (int) record.argument(FSCONFIG_COMMAND) == FSCONFIG_BINARY) {
                    bytes(record, tag, record.argument(FSCONFIG_SIZE));
                }
            }
            case DATA -> bytes(record, tag, most(source.length() == Capture.BY_RESULT, result));
            case VECTOR -> bytes(record, tag, most(false, result));
            case MESSAGE -> {
                // of several messages, the result is their number
                boolean one = source.length() == Capture.BY_RESULT;
                bytes(record, tag, one ? most(false, result) : Long.MAX_VALUE);
            }
            default -> {
                // no text
            }
        }
    }

    private void text(LiveRecord record, int tag) {
        if (record.length(tag) > 0) {
            out.text(record.bytes(), record.offset(tag), record.length(tag));
        }
    }

    // Data

    /// What was read or written; all there is of a call that failed to write.
    private static long most(boolean returned, long result) {
        return result > 0 ? result : returned ? 0 : Long.MAX_VALUE;
    }

    private void bytes(LiveRecord record, int tag, long most) {
        if (record.has(tag)) {
            out.bytes(record.bytes(), record.offset(tag), Math.clamp(most, 0, record.length(tag)));
        }
    }

    // Paths

    private void filePath(LiveRecord record, int tag) {
        int length = record.length(tag) - FILE_NAMES;
        if (length < 0) {
            return;
        }
        int at = record.offset(tag);
        if (record.bytes()[at + FILE_ANON] != 0) {
            out.text(record.bytes(), at + FILE_ANON, FILE_ANON_BYTES);
        } else {
            out.path(record.bytes(), at + FILE_NAMES, length, false);
        }
    }

    /// One of a memfd has no place in the file system.
    private void programPath(LiveRecord record) {
        int length = record.length(LiveRecord.EXE) - LiveNumbers.EXE_BYTES;
        if (length >= 0) {
            int at = record.offset(LiveRecord.EXE);
            boolean memfd = record.bytes()[at + LiveNumbers.EXE_MEMFD] != 0;
            out.path(record.bytes(), at + LiveNumbers.EXE_BYTES, length, memfd);
        }
    }

    // Words of a program

    /// Of a new program; of one that could not be run, the list it was to have.
    private static int words(LiveRecord record, int tag) {
        return record.has(LiveRecord.WORDS) || tag < LiveRecord.ARG ? LiveRecord.WORDS : tag;
    }

    private void otherWords(LiveRecord record, int tag) {
        int length = record.length(tag);
        int at = record.offset(tag);
        int skip = 0;
        while (skip < length && record.bytes()[at + skip] != 0) {
            skip++;
        }
        list(record, tag, skip + 1);
    }

    /// Texts that each end with NUL; so does the last, if it was cut.
    private void list(LiveRecord record, int tag, int skip) {
        int length = record.length(tag) - skip;
        if (length <= 0) {
            return;
        }
        int at = record.offset(tag) + skip;
        out.bytes(record.bytes(), at, length);
        if (record.bytes()[at + length - 1] != 0) {
            out.number(0, 1);
        }
    }
}
