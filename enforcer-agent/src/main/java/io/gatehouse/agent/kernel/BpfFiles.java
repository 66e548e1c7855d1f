// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// Folders in the bpf file system: a map or a link with a name there stays in the kernel without any process.
public final class BpfFiles {
    private static final Path USUAL_MOUNT = Path.of("/sys/fs/bpf");
    private static final String TYPE = "bpf";

    private static final long OPENAT2 = 437; // the same on every architecture
    private static final long AT_FDCWD = -100;
    private static final long O_CLOEXEC = 0x80000;
    private static final int LOCK_EXCLUSIVE_NOW = 2 | 4;

    private BpfFiles() {}

    /// Makes the folder and those above it, for root alone, and mounts the file system where none is.
    public static void make(Path folder) {
        try {
            if (!isThere(folder)) {
                mountFor(folder);
            }
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be made", e);
        }
    }

    /// Whether a folder, or what there is of it, lies in a bpf file system.
    public static boolean isThere(Path folder) {
        var at = folder;
        while (at != null && !Files.isDirectory(at)) {
            at = at.getParent();
        }
        try {
            return at != null && Files.getFileStore(at).type().equals(TYPE);
        } catch (IOException _) {
            return false;
        }
    }

    private static void mountFor(Path folder) throws IOException {
        var at = folder.startsWith(USUAL_MOUNT) ? USUAL_MOUNT : folder;
        Files.createDirectories(at);
        if (Native.c().mount(TYPE, at.toString(), TYPE, 0, "mode=0700") != 0) {
            throw new KernelException("mount (bpf)", at.toString(), Native.errno());
        }
    }

    static int open(Path pin) {
        int fd = Native.bpf().bpf_obj_get(pin.toString());
        if (fd < 0) {
            throw new KernelException("BPF_OBJ_GET", pin.toString(), Native.errno());
        }
        return fd;
    }

    /// A folder that one process holds. The lock ends with the process, however that ends.
    public static final class Lock implements AutoCloseable {
        private final int fd;

        private Lock(int fd) {
            this.fd = fd;
        }

        @Override
        public void close() {
            Native.c().close(fd);
        }
    }

    /// Empty where somebody else holds it. Everybody who sees the folder sees the lock, in whatever container.
    public static Optional<Lock> lock(Path folder) {
        var how = Native.zeroed(24); // struct open_how
        how.putLong(0, O_CLOEXEC);
        var name = folder.toString().getBytes(StandardCharsets.UTF_8);
        var text = Native.zeroed(name.length + 1);
        text.put(0, name, 0, name.length);
        int fd = (int) Native.c().syscall(OPENAT2, AT_FDCWD, text, how, 24);
        if (fd < 0) {
            throw new KernelException("openat2", folder.toString(), Native.errno());
        }
        if (Native.c().flock(fd, LOCK_EXCLUSIVE_NOW) != 0) {
            Native.c().close(fd);
            return Optional.empty();
        }
        return Optional.of(new Lock(fd));
    }
}
