// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.Source;

/// Puts lists of descriptors, and parameters whose form depends on another.
final class LiveVariants {
    // struct pollfd
    private static final int POLLED_BYTES = 8;
    private static final int POLLED_EVENTS = 6;
    private static final int POLLED_COUNT_ARGUMENT = 1;
    /// The kernel's bits of poll, in the order of the format's.
    private static final int[] POLL_BITS = {
        0x1, 0x2, 0x4, 0x2000, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200,
    };

    // ptrace
    private static final int AS_NUMBER = 0;
    private static final int AS_SIGNAL = 1;
    private static final int PEEK_FIRST = 1;
    private static final int PEEK_LAST = 3;
    private static final int CONTINUE = 7;
    private static final int SINGLE_STEP = 9;
    private static final int DETACH = 17;
    private static final int UNTIL_CALL = 24;

    // keyctl
    private static final int AS_TEXT = 1;

    private final ParamBuffer out;

    LiveVariants(ParamBuffer out) {
        this.out = out;
    }

    void put(LiveRecord record, Source source, long result) {
        switch (source.from()) {
            case POLLED -> polled(record, source);
            case PTRACE_ADDRESS -> number(result < 0 ? 0 : record.argument(source.argument()));
            case PTRACE_DATA -> traced(record, source, result);
            case KEY -> key(record, source);
            default -> {
                // none of these
            }
        }
    }

    private void number(long value) {
        out.number(AS_NUMBER, 1);
        out.number(value, Long.BYTES);
    }

    private void polled(LiveRecord record, Source source) {
        int tag = LiveRecord.ARG + source.argument();
        if (!record.has(tag)) {
            return;
        }
        int told = record.length(tag) / POLLED_BYTES;
        int count = Math.clamp(record.argument(POLLED_COUNT_ARGUMENT) & 0xffffffffL, 0, told);
        int at = record.offset(tag);
        out.number(count, 2);
        for (int i = 0; i < count; i++, at += POLLED_BYTES) {
            out.number(record.u32(at), Long.BYTES);
            out.number(pollBits(record.u16(at + POLLED_EVENTS)), 2);
        }
    }

    private static int pollBits(int kernel) {
        int bits = 0;
        for (int i = 0; i < POLL_BITS.length; i++) {
            if ((kernel & POLL_BITS[i]) != 0) {
                bits |= 1 << i;
            }
        }
        return bits;
    }

    /// What was looked at is not told: the address where the answer went is no answer.
    private void traced(LiveRecord record, Source source, long result) {
        long data = record.argument(source.argument());
        int request = (int) record.argument(0);
        if (result < 0) {
            number(0);
        } else if (request == CONTINUE || request == SINGLE_STEP || request == DETACH || request == UNTIL_CALL) {
            out.number(AS_SIGNAL, 1);
            out.number(data, 1);
        } else if (request < PEEK_FIRST || request > PEEK_LAST) {
            number(data);
        }
    }

    private void key(LiveRecord record, Source source) {
        int operation = (int) record.argument(0);
        int argument = source.argument();
        if (!uses(operation, argument)) {
            number(0);
        } else if (isText(operation, argument)) {
            int tag = LiveRecord.ARG + argument;
            out.number(AS_TEXT, 1);
            if (record.length(tag) > 0) {
                out.text(record.bytes(), record.offset(tag), record.length(tag));
            }
        } else {
            number(record.argument(argument));
        }
    }

    /// Whether an operation of keyctl has such an argument.
    private static boolean uses(int operation, int argument) {
        int last = switch (operation) {
            case 18 -> 0; // SESSION_TO_PARENT
            case 1, 3, 7, 14, 16, 21 -> 1; // JOIN_SESSION_KEYRING, REVOKE, CLEAR, SET_REQKEY_KEYRING …
            case 0, 5, 8, 9, 15, 22, 31 -> 2; // GET_KEYRING_ID, SETPERM, LINK, UNLINK, SET_TIMEOUT …
            case 2, 4, 6, 11, 13, 17, 24, 29, 32 -> 3; // UPDATE, CHOWN, DESCRIBE, READ, NEGATE …
            case 10, 12, 19, 20, 23, 25, 26, 27, 28, 30 -> 4; // SEARCH, INSTANTIATE, REJECT, MOVE …
            default -> 0;
        };
        return argument <= last;
    }

    private static boolean isText(int operation, int argument) {
        return switch (operation) {
            case 1 -> argument == 1; // the name of a session keyring
            case 10, 29 -> argument == 2 || argument == 3; // type and description, type and restriction
            case 24 -> argument == 3; // what is asked of a public key
            case 25, 26, 27, 28 -> argument == 2;
            default -> false;
        };
    }
}
