// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The bytes of one block, read from front to back, little-endian. Reading past the end throws [Torn],
/// which the reader of the file turns into a fault of that block.
final class Body {
    /// A block ends before what it should hold.
    static final class Torn extends Exception {
        private static final long serialVersionUID = 1;

        Torn(String message) {
            super(message, null, false, false);
        }
    }

    static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[0];
    private int position;
    private int end;

    void begin(byte[] newBytes, int from, int to) {
        bytes = newBytes;
        position = from;
        end = to;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    /// Takes the rest of the block down to this many bytes; what stood behind can be restored with
    /// [#widen].
    int narrow(int length) throws Torn {
        need(length);
        int before = end;
        end = position + length;
        return before;
    }

    /// Goes to the end of the narrowed part and opens the rest again.
    void widen(int before) {
        position = end;
        end = before;
    }

    int u8() throws Torn {
        need(1);
        return bytes[position++] & 0xff;
    }

    int u16() throws Torn {
        need(2);
        int value = (short) U16.get(bytes, position) & 0xffff;
        position += 2;
        return value;
    }

    int i32() throws Torn {
        need(4);
        int value = (int) U32.get(bytes, position);
        position += 4;
        return value;
    }

    long u32() throws Torn {
        return i32() & 0xffff_ffffL;
    }

    long u64() throws Torn {
        need(8);
        long value = (long) U64.get(bytes, position);
        position += 8;
        return value;
    }

    /// Bytes as text.
    String text(int length) throws Torn {
        need(length);
        var text = new String(bytes, position, length, StandardCharsets.ISO_8859_1);
        position += length;
        return text;
    }

    /// Text behind its length of two bytes, up to a NUL in it.
    String text() throws Torn {
        var text = text(u16());
        int nul = text.indexOf('\0');
        return nul < 0 ? text : text.substring(0, nul);
    }

    /// Texts that each end with a NUL, behind their length of two bytes.
    List<String> texts() throws Torn {
        var all = text(u16());
        var texts = new ArrayList<String>();
        int start = 0;
        while (start < all.length()) {
            int nul = all.indexOf('\0', start);
            int stop = nul < 0 ? all.length() : nul;
            texts.add(all.substring(start, stop));
            start = stop + 1;
        }
        return texts;
    }

    void skip(int length) throws Torn {
        need(length);
        position += length;
    }

    private void need(int length) throws Torn {
        if (length < 0 || end - position < length) {
            throw new Torn("it wants " + length + " bytes more where it has " + (end - position));
        }
    }
}
