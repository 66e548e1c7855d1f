// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// Reads which loader a program names (PT_INTERP): the kernel opens it as it opens a program, on the program's behalf.
final class ElfLoader {
    private static final int MAGIC = 0x464c457f; // "\x7fELF", little-endian
    private static final int PT_INTERP = 3;
    private static final int MAX_HEADERS = 64; // no linker writes more
    private static final int MAX_NAME = 256;

    private ElfLoader() {}

    /// Empty where the file is no ELF program of 32 or 64 bits, little-endian, or names none.
    static Optional<String> of(Path file) {
        try (var channel = FileChannel.open(file)) {
            var head = read(channel, 0, 64);
            if (head.remaining() < 64 || head.getInt(0) != MAGIC || head.get(5) != 1) {
                return Optional.empty();
            }
            boolean wide = head.get(4) == 2;
            long table = wide ? head.getLong(32) : Integer.toUnsignedLong(head.getInt(28));
            int size = Short.toUnsignedInt(head.getShort(wide ? 54 : 42));
            int count = Math.min(MAX_HEADERS, Short.toUnsignedInt(head.getShort(wide ? 56 : 44)));
            if (size < (wide ? 56 : 32)) {
                return Optional.empty();
            }
            var headers = read(channel, table, count * size);
            for (int at = 0; at + size <= headers.limit(); at += size) {
                if (headers.getInt(at) == PT_INTERP) {
                    long place = wide ? headers.getLong(at + 8) : Integer.toUnsignedLong(headers.getInt(at + 4));
                    long length = wide ? headers.getLong(at + 32) : Integer.toUnsignedLong(headers.getInt(at + 16));
                    return name(read(channel, place, Math.clamp(length, 0, MAX_NAME)));
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty(); // an offset that is none: no program either
        }
    }

    private static Optional<String> name(ByteBuffer bytes) {
        var text = StandardCharsets.UTF_8.decode(bytes).toString();
        int end = text.indexOf('\0');
        return end <= 0 ? Optional.empty() : Optional.of(text.substring(0, end));
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, from + buffer.position());
            if (read < 0) {
                break;
            }
        }
        return buffer.flip();
    }
}
