// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// One block on its way into a file, little-endian.
final class Block {
    private static final int HEAD_BYTES = 8;
    private static final int FRAME_BYTES = 12;
    private static final int ALIGNMENT = 4;

    private byte[] bytes = new byte[1 << 12];
    private int end = HEAD_BYTES;

    /// Bytes of the body so far.
    int length() {
        return end - HEAD_BYTES;
    }

    Block u8(int value) {
        reserve(1);
        bytes[end++] = (byte) value;
        return this;
    }

    Block u16(int value) {
        reserve(2);
        Body.U16.set(bytes, end, (short) value);
        end += 2;
        return this;
    }

    Block u32(long value) {
        reserve(4);
        Body.U32.set(bytes, end, (int) value);
        end += 4;
        return this;
    }

    Block u64(long value) {
        reserve(8);
        Body.U64.set(bytes, end, value);
        end += 8;
        return this;
    }

    Block flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    Block raw(byte[] from, int offset, int length) {
        reserve(length);
        System.arraycopy(from, offset, bytes, end, length);
        end += length;
        return this;
    }

    /// Bytes as text, filled up with zeros or cut to this length.
    Block fixed(String text, int length) {
        reserve(length);
        int have = Math.min(text.length(), length);
        for (int i = 0; i < length; i++) {
            bytes[end + i] = i < have ? (byte) text.charAt(i) : 0;
        }
        end += length;
        return this;
    }

    /// Text behind its length of two bytes, cut to what readers take.
    Block text(String text, int most) {
        int length = Math.min(text.length(), most);
        u16(length);
        var raw = text.getBytes(StandardCharsets.ISO_8859_1);
        return raw(raw, 0, length);
    }

    /// Texts that each end with a NUL, behind the length of all; from the first that does not fit, none.
    Block texts(List<String> texts, int most) {
        int length = 0;
        int count = 0;
        for (var text : texts) {
            if (length + text.length() + 1 > most) {
                break;
            }
            length += text.length() + 1;
            count++;
        }
        u16(length);
        for (var text : texts.subList(0, count)) {
            var raw = text.getBytes(StandardCharsets.ISO_8859_1);
            raw(raw, 0, raw.length).u8(0);
        }
        return this;
    }

    /// Puts a length where [#length] was `at`, into four bytes kept there.
    void lengthAt(int at, int length) {
        Body.U32.set(bytes, HEAD_BYTES + at, length);
    }

    /// Writes the block and empties it for another.
    ///
    /// @return how many bytes were written
    int writeTo(OutputStream out, int type) throws IOException {
        int padding = -length() & ALIGNMENT - 1;
        reserve(padding + 4);
        Arrays.fill(bytes, end, end + padding, (byte) 0);
        end += padding;
        int total = length() + FRAME_BYTES;
        Body.U32.set(bytes, 0, type);
        Body.U32.set(bytes, 4, total);
        Body.U32.set(bytes, end, total);
        out.write(bytes, 0, total);
        end = HEAD_BYTES;
        return total;
    }

    private void reserve(int length) {
        if (bytes.length - end < length) {
            bytes = Arrays.copyOf(bytes, Math.max(end + length, 2 * bytes.length));
        }
    }
}
