// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One event: a header, and the parameters of its type as bytes in a buffer that its source owns.
///
/// A view that is filled again for the next event; what should last is copied out. Belongs to one thread.
public final class Event {
    private static final int MOST_PARAMS = 64;

    private EventType type = EventTable.current().byCode(0);
    private long number;
    private long timeNanos;
    private long tid;
    private int cpu;
    private byte[] bytes = new byte[0];
    private int paramCount;
    private final int[] offsets = new int[MOST_PARAMS];
    private final int[] lengths = new int[MOST_PARAMS];

    /// Starts over with a new header and no parameters.
    ///
    /// @param number from 1, counting all events of the source
    /// @param timeNanos since 1970
    /// @param bytes where the parameters' bytes lie; read, never changed
    public Event begin(int code, long number, long timeNanos, long tid, int cpu, byte[] bytes) {
        this.type = EventTable.current().byCode(code);
        this.number = number;
        this.timeNanos = timeNanos;
        this.tid = tid;
        this.cpu = cpu;
        this.bytes = bytes;
        this.paramCount = 0;
        return this;
    }

    /// Appends a parameter; a length of 0 is one that is not there or empty.
    public Event param(int offset, int length) {
        offsets[paramCount] = offset;
        lengths[paramCount] = length;
        paramCount++;
        return this;
    }

    public EventType type() {
        return type;
    }

    public int code() {
        return type.code();
    }

    public long number() {
        return number;
    }

    public long timeNanos() {
        return timeNanos;
    }

    /// The thread that did it, -1 if no thread did.
    public long tid() {
        return tid;
    }

    public int cpu() {
        return cpu;
    }

    public int paramCount() {
        return paramCount;
    }

    public byte[] bytes() {
        return bytes;
    }

    /// Where a parameter's bytes start in [#bytes].
    public int offset(int param) {
        return offsets[param];
    }

    /// How many bytes a parameter has; 0 if it is missing, empty, or not recorded.
    public int length(int param) {
        return param >= 0 && param < paramCount ? lengths[param] : 0;
    }

    /// A number by the parameter's own bytes, little-endian, signed as its type says; [Reader#MISSING] if it is not
    /// there.
    public long number(int param) {
        int length = length(param);
        if (length == 0 || length > Long.BYTES) {
            return Reader.MISSING;
        }
        int offset = offsets[param];
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | bytes[offset + i] & 0xff;
        }
        if (type.params().get(param).type().signed()) {
            int unused = Long.SIZE - 8 * length;
            value = value << unused >> unused;
        }
        return value;
    }

    /// Text up to its NUL, one char a byte; null if the parameter is not there.
    public String text(int param) {
        int length = length(param);
        if (length == 0) {
            return null;
        }
        int offset = offsets[param];
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    /// All bytes of a parameter as text, one char a byte; null if it is not there.
    public String raw(int param) {
        int length = length(param);
        return length == 0 ? null : new String(bytes, offsets[param], length, StandardCharsets.ISO_8859_1);
    }

    /// A copy that lasts.
    public Event copy() {
        int end = 0;
        int start = bytes.length;
        for (int i = 0; i < paramCount; i++) {
            start = Math.min(start, offsets[i]);
            end = Math.max(end, offsets[i] + lengths[i]);
        }
        start = Math.min(start, end);
        var copy = new Event().begin(code(), number, timeNanos, tid, cpu, Arrays.copyOfRange(bytes, start, end));
        for (int i = 0; i < paramCount; i++) {
            copy.param(offsets[i] - start, lengths[i]);
        }
        return copy;
    }
}
