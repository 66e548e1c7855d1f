// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// An event that conditions are asked of, and what they have found out about it. Belongs to one thread.
public final class AskedEvent<E> {
    private final E event;
    private Slots slots;
    private Scratch scratch;

    public AskedEvent(E event) {
        this.event = event;
    }

    E event() {
        return event;
    }

    /// @param asking of the conditions that ask; what those of others found out is forgotten
    Scratch scratch(Slots asking) {
        if (slots != asking) {
            slots = asking;
            scratch = new Scratch(asking, 0);
            scratch.nextEvent();
        }
        return scratch;
    }
}
