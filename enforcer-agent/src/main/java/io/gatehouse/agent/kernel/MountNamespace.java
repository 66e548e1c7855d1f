// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import jnr.ffi.Pointer;

/// The mount namespace of some process, held so that its number cannot come to mean another. A mount may be changed
/// from inside its namespace only, so each act enters it on a thread of its own, which does one call and comes back.
///
/// While that thread is inside, every path that the virtual machine looked up on it would be the container's to answer.
/// So between the two borders no class is loaded and nothing is made: all that happens there was done once before, in
/// the namespace that we are in anyway, and what came of it is looked at outside.
public final class MountNamespace implements AutoCloseable {
    private static final long OPENAT2 = 437; // these two the same on every architecture
    private static final long MOUNT_SETATTR = 442;
    private static final long AT_FDCWD = -100;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long O_PATH = 0x200000;
    private static final long O_CLOEXEC = 0x80000;
    private static final long OPEN_HOW_SIZE = 24;
    private static final long MOUNT_ATTR_SIZE = 32;
    private static final long ATTR_RDONLY = 1;
    private static final int CLONE_FS = 0x200;
    private static final int CLONE_NEWNS = 0x20000;

    private final int fd;
    private final long number;

    private MountNamespace(int fd) {
        this.fd = fd;
        var status = new FileStatus();
        this.number = status.read("/proc/self/fd/" + fd) ? status.inode() : 0;
    }

    /// Empty where the process is gone, or may not be looked at.
    public static Optional<MountNamespace> of(String process) {
        int fd = open("/proc/" + process + "/ns/mnt");
        return fd < 0 ? Optional.empty() : Optional.of(new MountNamespace(fd));
    }

    private static int open(String path) {
        var how = Native.zeroed((int) OPEN_HOW_SIZE);
        how.putLong(0, O_CLOEXEC);
        return (int) Native.c().syscall(OPENAT2, AT_FDCWD, text(path), how, OPEN_HOW_SIZE);
    }

    private static Pointer text(String path) {
        var bytes = path.getBytes(StandardCharsets.UTF_8);
        var text = Native.zeroed(bytes.length + 1);
        text.put(0, bytes, 0, bytes.length);
        return text;
    }

    /// Its inode number, as `/proc/PID/ns/mnt` names it.
    public long number() {
        return number;
    }

    /// The root directory of the namespace: what is mounted there last, whatever root a process of it has.
    ///
    /// @throws KernelException it cannot be entered
    public OpenedFile root() {
        return OpenedFile.own((int) visit(Act.OPEN_ROOT, -1));
    }

    /// Makes one mount of this namespace read-only, or writable again, and none below it. Where a file on it is open
    /// for writing the kernel says EBUSY.
    ///
    /// @param mount its root directory, opened
    /// @throws KernelException it was not changed
    public void readOnly(OpenedFile mount, boolean readOnly) {
        visit(readOnly ? Act.CLOSE_MOUNT : Act.OPEN_MOUNT, mount.fd());
    }

    private enum Act {
        OPEN_ROOT("openat2"),
        CLOSE_MOUNT("mount_setattr"),
        OPEN_MOUNT("mount_setattr");

        private final String call;

        Act(String call) {
            this.call = call;
        }
    }

    private long visit(Act act, int mount) {
        int home = open("/proc/self/ns/mnt");
        if (home < 0) {
            throw new KernelException("openat2", "/proc/self/ns/mnt", Native.errno());
        }
        try {
            Visit.on(new Visit(home, home, act, -1)); // everything once where it is ours
            var visit = new Visit(fd, home, act, mount);
            Visit.on(visit);
            if (visit.error != 0) {
                throw new KernelException(visit.entered ? act.call : "setns", "mount namespace " + number, visit.error);
            }
            return visit.result;
        } finally {
            Native.c().close(home);
        }
    }

    /// One call inside.
    private static final class Visit implements Runnable {
        private final Native.Libc c = Native.c();
        private final int to;
        private final int home;
        private final int mount;
        private final boolean opens;
        private final Pointer name;
        private final Pointer words;

        // Written by the visiting thread before it ends, read after.
        private boolean entered;
        private long result;
        private int error;

        Visit(int to, int home, Act act, int mount) {
            this.to = to;
            this.home = home;
            this.mount = mount;
            this.opens = act == Act.OPEN_ROOT;
            this.name = opens ? text("/") : Native.zeroed(1);
            this.words = Native.zeroed((int) MOUNT_ATTR_SIZE);
            if (opens) {
                words.putLong(0, O_PATH | O_CLOEXEC);
            } else {
                words.putLong(act == Act.CLOSE_MOUNT ? 0 : 8, ATTR_RDONLY); // to be set, or to be cleared
            }
        }

        static void on(Visit visit) {
            var thread = Thread.ofPlatform().name("gatehouse-mounts").start(visit);
            Uninterrupted.join(thread);
            if (visit.to == visit.home && visit.opens && visit.error == 0) {
                Native.c().close((int) visit.result);
            }
        }

        @Override
        public void run() {
            if (c.unshare(CLONE_FS) != 0 || c.setns(to, CLONE_NEWNS) != 0) {
                error = Native.errno();
                return;
            }
            entered = true;
            result = opens
                    ? c.syscall(OPENAT2, AT_FDCWD, name, words, OPEN_HOW_SIZE)
                    : c.syscall(MOUNT_SETATTR, mount, name, AT_EMPTY_PATH, words, MOUNT_ATTR_SIZE);
            if (result < 0) {
                error = Native.errno();
            }
            c.setns(home, CLONE_NEWNS);
        }
    }

    @Override
    public void close() {
        Native.c().close(fd);
    }
}
