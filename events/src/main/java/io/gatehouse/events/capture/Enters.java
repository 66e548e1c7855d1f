// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import java.util.Arrays;

/// What each thread is in the middle of: the start of its call, until the end comes.
///
/// Bounded: when too many threads or bytes are held, all starts are forgotten and counted. Then the ends of
/// the calls under way lack what only their starts told.
final class Enters {
    static final int MOST_THREADS = 1 << 16;
    private static final int MOST_BYTES = 32 << 20;
    private static final int FIRST_SLOTS = 1 << 10;

    /// The start of a call. Its arrays are used again for the thread's next one.
    static final class Enter {
        private final long tid;
        private boolean open;
        private int code;
        private int count;
        private int[] offsets = new int[0];
        private byte[] bytes = new byte[0];

        private Enter(long tid) {
            this.tid = tid;
        }

        int code() {
            return code;
        }

        int paramCount() {
            return count;
        }

        byte[] bytes() {
            return bytes;
        }

        int offset(int param) {
            return offsets[param];
        }

        int length(int param) {
            return offsets[param + 1] - offsets[param];
        }

        void close() {
            open = false;
        }
    }

    private Enter[] slots = new Enter[FIRST_SLOTS];
    private int threads;
    private long held;
    private long forgotten;

    void remember(Event event) {
        var enter = slots[slotOf(event.tid())];
        if (enter == null) {
            enter = newEnter(event.tid());
        }
        enter.open = true;
        enter.code = event.code();
        enter.count = event.paramCount();
        if (enter.offsets.length <= enter.count) {
            enter.offsets = new int[enter.count + 1];
        }
        int size = 0;
        for (int i = 0; i < enter.count; i++) {
            enter.offsets[i] = size;
            size += event.length(i);
        }
        enter.offsets[enter.count] = size;
        if (enter.bytes.length < size) {
            held += size - enter.bytes.length;
            enter.bytes = new byte[size];
        }
        for (int i = 0; i < enter.count; i++) {
            System.arraycopy(event.bytes(), event.offset(i), enter.bytes, enter.offsets[i], event.length(i));
        }
        if (held > MOST_BYTES) {
            forgetAll();
        }
    }

    /// What the thread is in the middle of, null if that is not known.
    Enter of(long tid) {
        var enter = slots[slotOf(tid)];
        return enter == null || !enter.open ? null : enter;
    }

    /// How many starts were given up to stay within bounds.
    long forgotten() {
        return forgotten;
    }

    /// The recording is over, or another begins.
    void clear() {
        Arrays.fill(slots, null);
        threads = 0;
        held = 0;
    }

    private void forgetAll() {
        for (var enter : slots) {
            if (enter != null && enter.open) {
                forgotten++;
            }
        }
        clear();
    }

    private Enter newEnter(long tid) {
        if (threads == MOST_THREADS) {
            forgetAll();
        }
        if (2 * (threads + 1) > slots.length) {
            grow();
        }
        var enter = new Enter(tid);
        slots[slotOf(tid)] = enter;
        threads++;
        return enter;
    }

    private void grow() {
        var before = slots;
        slots = new Enter[2 * before.length];
        for (var enter : before) {
            if (enter != null) {
                slots[slotOf(enter.tid)] = enter;
            }
        }
    }

    /// The thread's place, or the free one where it would be put.
    private int slotOf(long tid) {
        int mask = slots.length - 1;
        long mixed = tid * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 40) & mask;
        while (slots[slot] != null && slots[slot].tid != tid) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
