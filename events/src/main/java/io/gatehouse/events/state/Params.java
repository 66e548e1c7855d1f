// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads parameters of events: numbers without a look at their type, texts without making a new one where
/// an old one says the same.
final class Params {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Params() {}

    static boolean has(Event event, int param) {
        return event.length(param) > 0;
    }

    /// What a call returned: its first parameter, of 4 or 8 bytes.
    static long result(Event event) {
        return signed(event, 0);
    }

    /// A descriptor number, an id or another signed number; 0 if it is not there.
    static long signed(Event event, int param) {
        return switch (event.length(param)) {
            case 8 -> (long) LONGS.get(event.bytes(), event.offset(param));
            case 4 -> (int) INTS.get(event.bytes(), event.offset(param));
            default -> 0;
        };
    }

    /// 0 if it is not there.
    static long unsigned(Event event, int param) {
        int length = event.length(param);
        return switch (length) {
            case 8 -> (long) LONGS.get(event.bytes(), event.offset(param));
            case 4 -> (int) INTS.get(event.bytes(), event.offset(param)) & 0xffffffffL;
            case 2 -> event.bytes()[event.offset(param)] & 0xff | (event.bytes()[event.offset(param) + 1] & 0xff) << 8;
            case 1 -> event.bytes()[event.offset(param)] & 0xff;
            default -> 0;
        };
    }

    static int flags(Event event, int param) {
        return (int) unsigned(event, param);
    }

    /// Empty if it is not there.
    static String text(Event event, int param) {
        var text = event.text(param);
        return text == null ? "" : text;
    }

    /// The text, as the object that is known already if that says the same.
    static String text(Event event, int param, String known) {
        return says(event, param, known) ? known : text(event, param);
    }

    private static boolean says(Event event, int param, String known) {
        int length = event.length(param);
        int size = known.length();
        if (size > length) {
            return false;
        }
        var bytes = event.bytes();
        int offset = event.offset(param);
        for (int i = 0; i < size; i++) {
            if ((bytes[offset + i] & 0xff) != known.charAt(i)) {
                return false;
            }
        }
        return size == length || bytes[offset + size] == 0;
    }

    /// Texts that each end with NUL, as the array that is known already if that says the same.
    static String[] list(Event event, int param, String[] known, int most, Losses losses) {
        int length = event.length(param);
        if (length == 0) {
            return Program.NOTHING;
        }
        if (length > most) {
            losses.cutNames++;
            length = most;
        }
        var bytes = event.bytes();
        int offset = event.offset(param);
        int end = bytes[offset + length - 1] == 0 ? length - 1 : length;
        return list(bytes, offset, offset + end, known);
    }

    private static String[] list(byte[] bytes, int from, int to, String[] known) {
        if (from == to) {
            return Program.NOTHING;
        }
        int count = 1;
        for (int i = from; i < to; i++) {
            if (bytes[i] == 0) {
                count++;
            }
        }
        var list = new String[count];
        boolean same = count == known.length;
        int start = from;
        for (int i = 0; i < count; i++) {
            int end = start;
            while (end < to && bytes[end] != 0) {
                end++;
            }
            if (i < known.length && equal(bytes, start, end, known[i])) {
                list[i] = known[i];
            } else {
                same = false;
                list[i] = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
            }
            start = end + 1;
        }
        return same ? known : list;
    }

    private static boolean equal(byte[] bytes, int from, int to, String text) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if ((bytes[i] & 0xff) != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /// Splits text at its NULs, as lists are stored in captures.
    static String[] list(String joined) {
        var bytes = joined.getBytes(StandardCharsets.ISO_8859_1);
        int end = bytes.length > 0 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
        return list(bytes, 0, end, Program.NOTHING);
    }
}
