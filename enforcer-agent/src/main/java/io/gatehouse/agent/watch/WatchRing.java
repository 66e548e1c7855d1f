// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Poller;
import io.gatehouse.agent.kernel.RingBuffer;

/// The ring in use, made larger while it is. Belongs to the thread that reads, but for [#wake] and the counts.
///
/// A larger one is put into the kernel's place; that returns when no program writes to the old one any more. The old
/// one
/// is read to its end before the new one is looked at. So nothing is lost, and nothing comes before what caused it.
final class WatchRing implements AutoCloseable {
    private static final String PLACE = "gw_ring";

    private final BpfObject object;
    private final int mostBytes;
    private final Poller poller;
    // Written by the reading thread, read by any.
    private volatile RingBuffer ring;
    private volatile int grown;
    private volatile int refused;
    private RingBuffer before; // null but while it still holds records

    WatchRing(BpfObject object, int bytes, int mostBytes) {
        this.object = object;
        this.mostBytes = mostBytes;
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

    /// Whether more than three quarters wait to be read.
    boolean isNearlyFull() {
        return ring.waiting() > ring.bytes() / 4L * 3;
    }

    /// Goes on with a ring twice as large, unless this is the largest or the kernel has no memory for it.
    void grow() {
        if (ring.bytes() >= mostBytes || refused > 0 || before != null) {
            return;
        }
        RingBuffer larger;
        try {
            larger = RingBuffer.create(PLACE, ring.bytes() * 2);
        } catch (KernelException _) {
            refused++; // goes on with what there is; counted
            return;
        }
        poller.add(larger);
        object.place(PLACE, 0, larger);
        before = ring;
        ring = larger;
        grown++;
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
