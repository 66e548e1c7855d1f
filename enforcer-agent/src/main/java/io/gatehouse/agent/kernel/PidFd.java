// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.util.Optional;

/// One process, held so that its number cannot come to mean another.
public final class PidFd implements AutoCloseable {
    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;
    private static final long SIGKILL = 9;
    private static final long SIGCONT = 18;

    private final int fd;

    private PidFd(int fd) {
        this.fd = fd;
    }

    /// Empty where the process is gone.
    public static Optional<PidFd> open(int pid) {
        long fd = Native.c().syscall(PIDFD_OPEN, pid, 0L, null, 0);
        return fd < 0 ? Optional.empty() : Optional.of(new PidFd((int) fd));
    }

    /// Ends the process; false where it was gone already.
    public boolean kill() {
        return send(SIGKILL);
    }

    /// Lets a stopped process go on; false where it was gone already.
    public boolean letGo() {
        return send(SIGCONT);
    }

    public boolean lives() {
        return send(0);
    }

    private boolean send(long signal) {
        return Native.c().syscall(PIDFD_SEND_SIGNAL, fd, signal, null, 0) == 0;
    }

    /// As the key of a map of tasks.
    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        Native.c().close(fd);
    }
}
