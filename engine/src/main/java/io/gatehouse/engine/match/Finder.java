// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// Finds the rules that one answer of an event leads to; a part of a key.
abstract class Finder<E> {
    abstract void find(E event, Scratch scratch, long[] found);

    /// The rules of the row that a lookup finds.
    static final class OfRow<E> extends Finder<E> {
        private final Lookup<E> lookup;
        private final Masks masks;

        OfRow(Lookup<E> lookup, Masks masks) {
            this.lookup = lookup;
            this.masks = masks;
        }

        @Override
        void find(E event, Scratch scratch, long[] found) {
            masks.addTo(lookup.row(event, scratch), found);
        }
    }

    /// The rules of all parts that lie in a text.
    static final class OfParts<E> extends Finder<E> {
        private static final int NOTHING_FOUND = 1;
        private final TextValue<E> value;
        private final PartTable table;
        private final Masks masks;
        private final int slot;

        OfParts(TextValue<E> value, PartTable table, Masks masks, int slot) {
            this.value = value;
            this.table = table;
            this.masks = masks;
            this.slot = slot;
        }

        @Override
        void find(E event, Scratch scratch, long[] found) {
            var text = value.read(event, scratch);
            boolean known = text == null || scratch.lookedUp[slot] == text && scratch.rows[slot] == NOTHING_FOUND;
            if (!known) {
                boolean any = table.find(text, masks, found);
                scratch.lookedUp[slot] = text;
                scratch.rows[slot] = any ? 0 : NOTHING_FOUND;
            }
        }
    }
}
