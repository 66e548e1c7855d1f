// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jnr.ffi.Pointer;

/// A file held open by path only (O_PATH): enough to name it, not to read it. While it is open the kernel keeps its
/// inode, so its number is not used for another file.
public final class OpenedFile implements AutoCloseable {
    private static final long OPENAT2 = 437; // the same on every architecture
    private static final long AT_FDCWD = -100;
    private static final long O_PATH = 0x200000;
    private static final long O_CLOEXEC = 0x80000;
    private static final long O_NOFOLLOW = System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final long OPEN_TREE = 428; // the same on every architecture
    private static final long OPEN_TREE_CLONE = 1;
    private static final long AT_EMPTY_PATH = 0x1000;

    private static final int PATH_MAX = 4096;

    private final int fd;
    private String place = ""; // empty: it may be moved; of the thread that asks

    private OpenedFile(int fd) {
        this.fd = fd;
    }

    /// From now on [#wasMoved] tells.
    public OpenedFile keepPlace() {
        place = place();
        return this;
    }

    /// Whether it has another name than when its place was kept, or none. Told once: whoever comes next did not do it.
    public boolean wasMoved() {
        if (place.isEmpty() || place.equals(place())) {
            return false;
        }
        place = "";
        return true;
    }

    private String place() {
        try {
            return Files.readSymbolicLink(Path.of(path())).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Opens a path of the agent's own file system; empty where it is not there or may not be looked at.
    public static Optional<OpenedFile> open(String path) {
        return open(AT_FDCWD, path, 0, 0);
    }

    /// Opens a path below this directory as if the directory were `/`: symbolic links and `..` stay inside.
    public Optional<OpenedFile> openInside(String path) {
        return open(fd, path, 0, RESOLVE_IN_ROOT);
    }

    /// As [#openInside], but a link at the path's end is opened itself. Links of /proc that jump are never followed.
    public Optional<OpenedFile> openLinkInside(String path) {
        return open(fd, path, O_NOFOLLOW, RESOLVE_IN_ROOT);
    }

    /// As [#openInside], but no link is followed on the way, and one at the path's end is opened itself.
    public Optional<OpenedFile> openPlainInside(String path) {
        return open(fd, path, O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    }

    /// This directory on a mount of its own that nobody else sees: nothing is mounted in it, and what is opened below
    /// keeps no other mount busy. Empty where the kernel refuses.
    public Optional<OpenedFile> alone() {
        long tree = Native.c().syscall(OPEN_TREE, fd, Native.zeroed(1), OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
        return tree < 0 ? Optional.empty() : Optional.of(new OpenedFile((int) tree));
    }

    /// The same file, to be closed by itself.
    public Optional<OpenedFile> again() {
        long same = Native.c().syscall(OPEN_TREE, fd, Native.zeroed(1), O_CLOEXEC | AT_EMPTY_PATH);
        return same < 0 ? Optional.empty() : Optional.of(new OpenedFile((int) same));
    }

    /// A path that leads to it as long as it is open.
    public String path() {
        return "/proc/self/fd/" + fd;
    }

    private static Optional<OpenedFile> open(long directory, String path, long flags, long resolve) {
        var how = Native.zeroed(24); // struct open_how
        how.putLong(0, O_PATH | O_CLOEXEC | flags);
        how.putLong(16, resolve);
        var name = path.getBytes(StandardCharsets.UTF_8);
        Pointer text = Native.zeroed(name.length + 1);
        text.put(0, name, 0, name.length);
        long fd = Native.c().syscall(OPENAT2, directory, text, how, 24);
        return fd < 0 ? Optional.empty() : Optional.of(new OpenedFile((int) fd));
    }

    /// What a link says; empty where the file is none.
    public Optional<String> linkTarget() {
        var text = Native.zeroed(PATH_MAX);
        long length = Native.c().readlinkat(fd, "", text, PATH_MAX);
        if (length < 0) {
            return Optional.empty();
        }
        var bytes = new byte[(int) length];
        text.get(0, bytes, 0, bytes.length);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    /// A file that somebody else has open and will close.
    public static OpenedFile lent(int fd) {
        return new OpenedFile(fd);
    }

    /// One that was opened for us.
    static OpenedFile own(int fd) {
        return new OpenedFile(fd);
    }

    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        Native.c().close(fd);
    }
}
