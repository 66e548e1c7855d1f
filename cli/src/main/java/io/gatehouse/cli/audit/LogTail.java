// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BiConsumer;

/// The lines of a log that is still written. Follows it through rotation: a file that took its name is read from the
/// start, after what is left of the one before; one that became shorter was emptied, and is read from the start too.
/// Belongs to one thread.
final class LogTail implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final int longestLine;
    private final BiConsumer<Integer, byte[]> lines;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    private FileChannel file;
    private Object key;
    private long position;
    private int line;
    private boolean skipping;
    private long tooLong;

    /// @param fromStart what is in the log already is read too
    /// @param longestLine in bytes; a longer one is left out and counted
    /// @param lines each with its place in its file, from 1, or from where reading began
    LogTail(Path path, boolean fromStart, int longestLine, BiConsumer<Integer, byte[]> lines) throws IOException {
        this.path = path;
        this.longestLine = longestLine;
        this.lines = lines;
        open();
        if (!fromStart) {
            position = file.size();
        }
    }

    /// Reads what was written since the last call; false where that is nothing.
    boolean read() throws IOException {
        boolean some = drain();
        if (file.size() < position) { // emptied where it is
            restart();
            some |= drain();
        }
        if (wasReplaced()) {
            some |= drain(); // what came between the two looks
            file.close();
            open();
            some |= drain();
        }
        return some;
    }

    /// Lines that were left out.
    long tooLong() {
        return tooLong;
    }

    private void open() throws IOException {
        file = FileChannel.open(path);
        key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        restart();
    }

    private void restart() {
        position = 0;
        line = 0;
        begun.reset();
        skipping = false;
    }

    private boolean wasReplaced() throws IOException {
        try {
            return !Files.readAttributes(path, BasicFileAttributes.class)
                    .fileKey()
                    .equals(key);
        } catch (NoSuchFileException _) {
            return false; // renamed, and the next one is not there yet
        }
    }

    private boolean drain() throws IOException {
        boolean some = false;
        while (file.read(chunk.clear(), position) > 0) {
            position += chunk.position();
            take(chunk.array(), chunk.position());
            some = true;
        }
        return some;
    }

    private void take(byte[] bytes, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                begin(bytes, start, i);
                end();
                start = i + 1;
            }
        }
        begin(bytes, start, length);
    }

    private void begin(byte[] bytes, int from, int to) {
        if (!skipping && begun.size() + to - from > longestLine) {
            skipping = true;
            tooLong++;
            begun.reset();
        }
        if (!skipping) {
            begun.write(bytes, from, to - from);
        }
    }

    private void end() {
        line++;
        if (!skipping) {
            lines.accept(line, begun.toByteArray());
        }
        begun.reset();
        skipping = false;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
