// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelRules.Place;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Wire;
import java.util.BitSet;

/// Numbers of containers in the kernel. A number is used again as late as can be, and never by the same serial.
final class Slots {
    private final BitSet taken = new BitSet();
    private BitSet given = new BitSet(); // since the last [#age]
    private BitSet aging = new BitSet(); // before it
    private int last;
    private int lastSerial;
    private boolean setAside;

    Slots() {
        taken.set(0); // "nothing asked"
    }

    /// @throws KernelException with E2BIG where there are as many containers as there may be
    Place take() {
        int slot = taken.nextClearBit(last + 1);
        if (slot > Wire.CONTAINERS) {
            slot = taken.nextClearBit(1);
        }
        if (slot > Wire.CONTAINERS) {
            throw new KernelException("gh_slots", "a container more than " + Wire.CONTAINERS, Errno.E2BIG);
        }
        taken.set(slot);
        last = slot;
        return new Place(slot, ++lastSerial);
    }

    /// Takes a number back; it is free after two calls of [#age].
    void give(Place place) {
        given.set(place.slot());
    }

    void age() {
        taken.andNot(aging);
        aging = given;
        given = new BitSet();
    }

    /// Sets places aside for containers that start while no agent lives; once.
    void setAside(KernelRules maps) {
        if (setAside) {
            return;
        }
        for (int slot = Wire.CONTAINERS + 1; slot < Wire.SLOTS; slot++) {
            maps.setAside(new Place(slot, ++lastSerial));
        }
        setAside = true;
    }
}
