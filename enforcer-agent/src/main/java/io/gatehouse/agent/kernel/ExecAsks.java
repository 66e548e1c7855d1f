// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import jnr.ffi.Pointer;

/// Questions of the kernel whether a file may be opened to be run (fanotify, FAN_OPEN_EXEC_PERM). Who asks waits for
/// the answer.
///
/// One thread reads and answers, and closes at its end; [#mark], [#unmark], [#waitingSinceNanos] and [#giveUp] are any
/// thread's. Giving up answers all that is open with yes, whatever the reading thread does.
public final class ExecAsks implements AutoCloseable {
    // include/uapi/linux/fanotify.h
    private static final int CLOEXEC = 0x1;
    private static final int NONBLOCK = 0x2;
    private static final int CLASS_CONTENT = 0x4;
    private static final int UNLIMITED_QUEUE = 0x10;
    private static final int MARK_ADD = 0x1;
    private static final int MARK_REMOVE = 0x2;
    private static final int MARK_FILESYSTEM = 0x100;
    private static final long OPEN_EXEC_PERM = 0x40000;
    private static final int ALLOW = 1;
    private static final int DENY = 2;
    private static final int VERSION = 3;
    private static final int METADATA_BYTES = 24;
    private static final int AT_VERSION = 4;
    private static final int AT_MASK = 8;
    private static final int AT_FD = 16;
    private static final int AT_PID = 20;
    private static final int BUFFER_BYTES = 64 * METADATA_BYTES;

    private static final int CLOEXEC_FD = 0x80000;
    private static final int O_RDONLY_LARGE_CLOEXEC = CLOEXEC_FD | 0x8000;
    private static final short POLLIN = 1;
    private static final int WAIT_MILLIS = 500;

    private final int fd;
    private final Pointer events = Native.zeroed(BUFFER_BYTES);
    private final Pointer response = Native.zeroed(8);
    private final Pointer polled = Native.zeroed(8);
    private final AtomicBoolean givenUp = new AtomicBoolean();
    private volatile long waitingSince; // written by the reading thread

    private ExecAsks(int fd) {
        this.fd = fd;
    }

    /// @throws KernelException where this kernel has no such questions, or we may not be asked
    public static ExecAsks open() {
        int fd = Native.c().fanotify_init(CLOEXEC | NONBLOCK | CLASS_CONTENT | UNLIMITED_QUEUE, O_RDONLY_LARGE_CLOEXEC);
        if (fd < 0) {
            throw new KernelException("fanotify_init", "permission events", Native.errno());
        }
        return new ExecAsks(fd);
    }

    /// Decides about one file. It is open for as long as the call takes.
    @FunctionalInterface
    public interface Judge {
        /// @param file of the caller, to be asked of and not to be closed
        /// @param pid who wants to run it, 0 where it is outside our pid namespace
        boolean mayRun(int file, int pid);
    }

    /// Is asked from now on about every file of the file system that the directory is in.
    public void mark(OpenedFile directory) {
        change(MARK_ADD, directory);
    }

    public void unmark(OpenedFile directory) {
        change(MARK_REMOVE, directory);
    }

    private void change(int what, OpenedFile directory) {
        int result = Native.c().fanotify_mark(fd, what | MARK_FILESYSTEM, OPEN_EXEC_PERM, directory.fd(), ".");
        if (result != 0 && !(what == MARK_REMOVE && Native.errno() == Errno.ENOENT)) {
            throw new KernelException("fanotify_mark", "a container's root", Native.errno());
        }
    }

    /// Waits a while for questions and answers those that are there. A judge that throws has said yes: what it cannot
    /// decide is a tracepoint's.
    public void answer(Judge judge) {
        polled.putInt(0, fd);
        polled.putShort(4, POLLIN);
        if (givenUp.get() || Native.c().poll(polled, 1, WAIT_MILLIS) <= 0) {
            return;
        }
        long read = Native.c().read(fd, events, BUFFER_BYTES);
        if (read < 0) {
            int errno = Native.errno();
            if (givenUp.get() || errno == Errno.EINTR || errno == Errno.EAGAIN) {
                return;
            }
            throw new KernelException("read", "fanotify", errno);
        }
        waitingSince = System.nanoTime();
        try {
            for (long at = 0; at + METADATA_BYTES <= read; at += events.getInt(at)) {
                answer(judge, at);
                waitingSince = System.nanoTime();
            }
        } finally {
            waitingSince = 0;
        }
    }

    private void answer(Judge judge, long at) {
        int file = events.getInt(at + AT_FD);
        if (file < 0) {
            return; // the queue was full: those were let go
        }
        boolean yes = true;
        try {
            yes = events.getByte(at + AT_VERSION) != VERSION
                    || (events.getLong(at + AT_MASK) & OPEN_EXEC_PERM) == 0
                    || judge.mayRun(file, events.getInt(at + AT_PID));
        } finally {
            response.putInt(0, file);
            response.putInt(4, yes ? ALLOW : DENY);
            Native.c().write(fd, response, 8);
            Native.c().close(file);
        }
    }

    /// Since when one question has been looked at, as [System#nanoTime]; 0: none is.
    public long waitingSinceNanos() {
        return waitingSince;
    }

    /// Ends it all at once. Another file takes the place of the questions, so that a thread that is in
    /// the middle of one answers nobody, and not whoever has its number next.
    public void giveUp() {
        if (!givenUp.compareAndSet(false, true)) {
            return;
        }
        int nothing = Native.c().eventfd(0, CLOEXEC_FD);
        if (nothing < 0 || Native.c().dup3(nothing, fd, CLOEXEC_FD) < 0) {
            throw new KernelException("dup3", "fanotify", Native.errno());
        }
        Native.c().close(nothing);
    }

    public boolean isGivenUp() {
        return givenUp.get();
    }

    /// By the thread that reads, which does so no more.
    @Override
    public void close() {
        givenUp.set(true);
        Native.c().close(fd);
    }
}
