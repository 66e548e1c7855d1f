// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Reader;

/// A field of text, read at most once an event.
final class TextValue<E> {
    private final Reader.OfText<E> reader;
    private final int slot;

    TextValue(Reader.OfText<E> reader, int slot) {
        this.reader = reader;
        this.slot = slot;
    }

    String read(E event, Scratch scratch) {
        if (scratch.textStamps[slot] == scratch.stamp) {
            return scratch.texts[slot];
        }
        var text = reader.read(event);
        scratch.texts[slot] = text;
        scratch.textStamps[slot] = scratch.stamp;
        return text;
    }
}
