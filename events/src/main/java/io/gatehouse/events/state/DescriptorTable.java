// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.Arrays;
import java.util.function.Consumer;

/// The descriptors of a process by number: an array for the small numbers that everybody has, a map for
/// the others.
public final class DescriptorTable {
    private static final int FIRST = 16;
    /// Numbers from here on live in the map; so a single large number never makes a large array.
    private static final int MOST = 1 << 12;
    private static final Descriptor[] EMPTY = {};

    private Descriptor[] small = EMPTY;
    private LongMap<Descriptor> large;
    private int size;

    DescriptorTable() {}

    /// Null if there is none.
    public Descriptor find(long number) {
        if (number >= 0 && number < small.length) {
            return small[(int) number];
        }
        return large == null ? null : large.get(number);
    }

    public int size() {
        return size;
    }

    /// @return what had the number before, null if nothing
    Descriptor put(long number, Descriptor descriptor) {
        descriptor.number = number;
        Descriptor before;
        if (number < 0 || number >= MOST) {
            if (large == null) {
                large = new LongMap<>(4);
            }
            before = large.put(number, descriptor);
        } else {
            int i = (int) number;
            if (i >= small.length) {
                small = Arrays.copyOf(small, Math.max(FIRST, Integer.highestOneBit(i) << 1));
            }
            before = small[i];
            small[i] = descriptor;
        }
        if (before == null) {
            size++;
        }
        return before;
    }

    /// @return what had the number, null if nothing
    Descriptor remove(long number) {
        Descriptor before;
        if (number >= 0 && number < small.length) {
            before = small[(int) number];
            small[(int) number] = null;
        } else {
            before = large == null ? null : large.remove(number);
        }
        if (before != null) {
            size--;
        }
        return before;
    }

    void clear() {
        small = EMPTY;
        large = null;
        size = 0;
    }

    Descriptor[] all() {
        var all = new Descriptor[size];
        int[] next = {0};
        forEach(descriptor -> all[next[0]++] = descriptor);
        return all;
    }

    /// All of them, small numbers first.
    public void forEach(Consumer<Descriptor> action) {
        for (var descriptor : small) {
            if (descriptor != null) {
                action.accept(descriptor);
            }
        }
        if (large != null) {
            large.forEach(action);
        }
    }
}
