// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import jnr.ffi.Pointer;

/// Waits for a ring buffer, or for [#wake] from another thread.
///
/// Edge-triggered: a level-triggered wait on a ring never sleeps while a record lies in it.
public final class Poller implements AutoCloseable {
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final int EPOLLET = 1 << 31;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int EVENT_BYTES = 12; // struct epoll_event is packed on x86-64; other ABIs pad to 16

    private final int epoll;
    private final int bell;
    private final Pointer events = Native.zeroed(4 * 16);
    private final Pointer one = Native.zeroed(8);

    private Poller(int epoll, int bell) {
        this.epoll = epoll;
        this.bell = bell;
        one.putLong(0, 1);
    }

    public static Poller of(RingBuffer ring) {
        int epoll = check("epoll_create1", Native.c().epoll_create1(CLOEXEC));
        int bell = check("eventfd", Native.c().eventfd(0, CLOEXEC | NONBLOCK));
        var poller = new Poller(epoll, bell);
        poller.add(ring);
        poller.control(EPOLL_CTL_ADD, bell);
        return poller;
    }

    public void add(RingBuffer ring) {
        control(EPOLL_CTL_ADD, ring.fd());
    }

    public void remove(RingBuffer ring) {
        control(EPOLL_CTL_DEL, ring.fd());
    }

    private void control(int operation, int fd) {
        var event = Native.zeroed(EVENT_BYTES + 4);
        event.putInt(0, EPOLLIN | EPOLLET);
        check("epoll_ctl", Native.c().epoll_ctl(epoll, operation, fd, event));
    }

    /// Waits until there is something, or the time is over. A signal ends the wait early.
    public void await(int timeoutMillis) {
        int ready = Native.c().epoll_wait(epoll, events, 4, timeoutMillis);
        if (ready < 0 && Native.errno() != Errno.EINTR) {
            throw new KernelException("epoll_wait", "ring buffer", Native.errno());
        }
    }

    /// Ends a wait that goes on, or the next one. Safe from any thread.
    public void wake() {
        Native.c().write(bell, one, 8);
    }

    private static int check(String call, int result) {
        if (result < 0) {
            throw new KernelException(call, "ring buffer", Native.errno());
        }
        return result;
    }

    @Override
    public void close() {
        Native.c().close(bell);
        Native.c().close(epoll);
    }
}
