// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// Lines appended to a file.
///
/// Before each line it looks whether the path still names the open file. If it was renamed, removed or replaced, as
/// logrotate does, it is opened anew; no signal is needed. Truncation (`copytruncate`) needs nothing.
///
/// A line that was written in part, as on a full disk, is continued when it is tried again, so the file holds whole
/// lines only, unless the process ends in between.
public final class FileOutput implements Output {
    /// Arguments of programs may hold secrets.
    private static final Set<PosixFilePermission> PERMISSIONS = PosixFilePermissions.fromString("rw-r-----");

    private final Path path;
    private final LineFormat format;
    private Optional<Open> open = Optional.empty();
    private Optional<Unfinished> unfinished = Optional.empty();

    /// @param key device and inode
    private record Open(FileChannel channel, Object key) {}

    /// A line of which the file may hold a part already.
    private record Unfinished(Entry entry, ByteBuffer line) {}

    public FileOutput(Path path, LineFormat format) {
        this.path = path.toAbsolutePath();
        this.format = format;
    }

    @Override
    public String name() {
        return "file " + path;
    }

    @Override
    public void write(Entry entry) throws IOException {
        var file = current();
        var line = line(entry);
        unfinished = Optional.of(new Unfinished(entry, line));
        while (line.hasRemaining()) {
            file.write(line);
        }
        unfinished = Optional.empty();
    }

    /// What is left to write of an entry.
    private ByteBuffer line(Entry entry) {
        if (unfinished.isPresent()) {
            var other = unfinished.get();
            if (other.entry() == entry) {
                return other.line();
            }
            if (other.line().position() > 0) { // given up half-way; the next line begins on a line of its own
                return ByteBuffer.wrap(("\n" + format.line(entry) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return ByteBuffer.wrap(format.bytes(entry));
    }

    /// The file that the path names now.
    private FileChannel current() throws IOException {
        if (open.isEmpty()
                || !open.get().channel().isOpen()
                || !open.get().key().equals(key())) {
            closeFile();
            unfinished = Optional.empty(); // its first part is in another file
            open = Optional.of(open());
        }
        return open.get().channel();
    }

    private Open open() throws IOException {
        create();
        while (true) {
            // Java cannot ask an open file for its inode, so the path is asked before and after.
            var before = key();
            var channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            if (before.equals(key())) {
                return new Open(channel, before);
            }
            channel.close();
        }
    }

    private void create() throws IOException {
        if (Files.exists(path)) {
            return;
        }
        Files.createDirectories(path.getParent());
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PERMISSIONS));
        } catch (FileAlreadyExistsException _) {
            return; // somebody was faster, or it is a link to nowhere, which opening will tell
        }
    }

    private Object key() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException _) {
            return Optional.empty(); // equal to no file's key
        }
    }

    private void closeFile() throws IOException {
        if (open.isPresent()) {
            var file = open.get();
            open = Optional.empty();
            file.channel().close();
        }
    }

    @Override
    public void close() throws IOException {
        closeFile();
    }
}
