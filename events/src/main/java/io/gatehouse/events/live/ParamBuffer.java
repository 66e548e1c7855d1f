// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The parameters of one event while they are made, one after the other. Used again for each event; grows, and so
/// allocates nothing once it has seen the longest.
final class ParamBuffer {
    private static final int START_BYTES = 1 << 14;
    private static final int MOST_PARAMS = 64;
    /// A parameter of a capture has a length of two bytes.
    private static final int MOST_BYTES = (1 << 16) - 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[START_BYTES];
    private final int[] ends = new int[MOST_PARAMS];
    private int count;
    private int at;

    void clear() {
        count = 0;
        at = 0;
    }

    /// Ends a parameter; one that nothing was put into is not there.
    void end() {
        ends[count++] = at;
    }

    /// How many are made.
    int count() {
        return count;
    }

    void into(Event event) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            event.param(start, ends[i] - start);
            start = ends[i];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    private void ensure(int more) {
        if (at + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }

    /// The low bytes of a number, the lowest first.
    void number(long value, int size) {
        ensure(Long.BYTES);
        LONG.set(bytes, at, value); // what is beyond its size is overwritten by what follows
        at += size;
    }

    /// What is longer than a parameter can be is cut.
    void bytes(byte[] from, int offset, int size) {
        int length = Math.min(size, MOST_BYTES);
        ensure(length);
        System.arraycopy(from, offset, bytes, at, length);
        at += length;
    }

    /// Up to a NUL, and a NUL.
    void text(byte[] from, int offset, int most) {
        int end = offset;
        while (end < offset + most && from[end] != 0) {
            end++;
        }
        bytes(from, offset, end - offset);
        number(0, 1);
    }

    /// A path that lies as components from the last to the first, each with its NUL: from its root, with a NUL.
    ///
    /// @param relative whether it has no slash at its start: a name without a place
    void path(byte[] from, int offset, int size, boolean relative) {
        int length = Math.min(size, MOST_BYTES);
        int end = offset + length;
        while (end > offset && from[end - 1] == 0) {
            end--;
        }
        ensure(length + 2);
        int first = at;
        while (end > offset) {
            int part = end;
            while (part > offset && from[part - 1] != 0) {
                part--;
            }
            if (at > first || !relative) {
                bytes[at++] = '/';
            }
            System.arraycopy(from, part, bytes, at, end - part);
            at += end - part;
            end = part - 1;
        }
        if (at == first && !relative) {
            bytes[at++] = '/';
        }
        bytes[at++] = 0;
    }
}
