// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Poller;
import io.gatehouse.agent.kernel.RingBuffer;

/// The ring in use, replaced by one of another size while it is. Belongs to the thread that reads, but for [#wake] and
/// the counts.
///
/// The new one is put into the kernel's place; that returns when no program writes to the old one any
/// more. The old one is read to its end before the new one is looked at. So nothing is lost, and nothing
/// comes before what caused it.
final class WatchRing implements AutoCloseable {
    private static final String PLACE = "gw_ring";

    private final BpfObject object;
    private final Poller poller;
    // Written by the reading thread, read by any.
    private volatile RingBuffer ring;
    private volatile int grown;
    private volatile int refused;
    private RingBuffer before; // null but while it still holds records

    WatchRing(BpfObject object, int bytes) {
        this.object = object;
        this.ring = RingBuffer.create(PLACE, bytes);
        this.poller = Poller.of(ring);
        object.place(PLACE, 0, ring);
    }

    /// Hands over what is there now, in order. Returns how many records that were.
    int drain(RingBuffer.Reader reader) {
        int read = 0;
        if (before != null) {
            read = before.drain(reader);
            if (before.waiting() > 0) {
                return read; // cannot be, its writers are gone; but order goes before progress
            }
            retire();
        }
        return read + ring.drain(reader);
    }

    private void retire() {
        poller.remove(before);
        before.close();
        before = null;
    }

    void await(int timeoutMillis) {
        poller.await(timeoutMillis);
    }

    /// Ends a wait that goes on, or the next one. Any thread.
    void wake() {
        poller.wake();
    }

    /// Bytes that are not read yet.
    long waiting() {
        return ring.waiting();
    }

    /// Goes on with a ring of another size.
    ///
    /// @return false where the kernel has no memory for it
    boolean resize(int bytes) {
        if (before != null) {
            return true; // at the next turn
        }
        RingBuffer next;
        try {
            next = RingBuffer.create(PLACE, bytes);
        } catch (KernelException _) {
            refused++; // goes on with what there is; counted
            return false;
        }
        poller.add(next);
        object.place(PLACE, 0, next);
        if (bytes > ring.bytes()) {
            grown++;
        }
        before = ring;
        ring = next;
        return true;
    }

    /// Of kernel memory.
    long memoryBytes() {
        return ring.memoryBytes();
    }

    int bytes() {
        return ring.bytes();
    }

    int grown() {
        return grown;
    }

    int refused() {
        return refused;
    }

    @Override
    public void close() {
        if (before != null) {
            retire();
        }
        poller.close();
        ring.close();
    }
}
