// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// A map from numbers to objects by open addressing: no boxing, no node per entry.
///
/// Keys come from recordings of strangers, so where a key lies depends on a number that no recording can
/// know; else one could be made whose keys all lie in one place. Not to be changed while [#forEach] runs.
final class LongMap<V> {
    private static final long SECRET = ThreadLocalRandom.current().nextLong() | 1;

    private long[] keys;
    private Object[] values;
    private int size;

    LongMap(int expected) {
        allocate(Math.max(4, Integer.highestOneBit(Math.max(1, expected)) << 2));
    }

    private void allocate(int slots) {
        keys = new long[slots];
        values = new Object[slots];
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // only values of V are put
    V get(long key) {
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (true) {
            var value = values[slot];
            if (value == null || keys[slot] == key) {
                return (V) value;
            }
            slot = slot + 1 & mask;
        }
    }

    /// @return what was there before, null if nothing
    @SuppressWarnings("unchecked") // only values of V are put
    V put(long key, V value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (values[slot] != null && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        var before = (V) values[slot];
        keys[slot] = key;
        values[slot] = value;
        if (before == null) {
            size++;
        }
        return before;
    }

    /// Removes and moves later entries of the same run forward, so that no gap cuts them off.
    @SuppressWarnings("unchecked") // only values of V are put
    V remove(long key) {
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (values[slot] != null && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        var before = (V) values[slot];
        if (before == null) {
            return null;
        }
        size--;
        int gap = slot;
        int next = gap + 1 & mask;
        while (values[next] != null) {
            int home = slot(keys[next], mask);
            if ((next - home & mask) >= (next - gap & mask)) {
                keys[gap] = keys[next];
                values[gap] = values[next];
                gap = next;
            }
            next = next + 1 & mask;
        }
        values[gap] = null;
        return before;
    }

    @SuppressWarnings("unchecked") // only values of V are put
    void forEach(Consumer<? super V> action) {
        for (var value : values) {
            if (value != null) {
                action.accept((V) value);
            }
        }
    }

    void clear() {
        Arrays.fill(values, null);
        size = 0;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        allocate(keys.length * 2);
        int mask = keys.length - 1;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int slot = slot(oldKeys[i], mask);
                while (values[slot] != null) {
                    slot = slot + 1 & mask;
                }
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int slot(long key, int mask) {
        long mixed = (key ^ key >>> 32) * SECRET;
        return (int) (mixed >>> 32) & mask;
    }
}
