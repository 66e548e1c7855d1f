// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Reader;

/// A field that is a number, read at most once an event.
final class NumberValue<E> {
    private final Reader.OfNumber<E> reader;
    private final int slot;

    NumberValue(Reader.OfNumber<E> reader, int slot) {
        this.reader = reader;
        this.slot = slot;
    }

    long read(E event, Scratch scratch) {
        if (scratch.numberStamps[slot] == scratch.stamp) {
            return scratch.numbers[slot];
        }
        long number = reader.read(event);
        scratch.numbers[slot] = number;
        scratch.numberStamps[slot] = scratch.stamp;
        return number;
    }
}
