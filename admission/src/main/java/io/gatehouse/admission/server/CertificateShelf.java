// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where a [CertificateState] keeps its texts, each under a name.
interface CertificateShelf {
    Optional<String> read(String name) throws IOException;

    void write(String name, String text) throws IOException;

    void remove(String name) throws IOException;

    /// A directory that only its owner reads. A file is replaced as a whole or not at all.
    record Folder(Path directory) implements CertificateShelf {
        @Override
        public Optional<String> read(String name) throws IOException {
            var path = directory.resolve(name);
            return Files.exists(path) ? Optional.of(Files.readString(path)) : Optional.empty();
        }

        @Override
        public void write(String name, String text) throws IOException {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var fresh = Files.createTempFile(
                    directory,
                    "." + name,
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (var out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(
                    fresh,
                    directory.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void remove(String name) throws IOException {
            Files.deleteIfExists(directory.resolve(name));
        }
    }

    /// A copy in memory, of which somebody else keeps the original.
    final class Copy implements CertificateShelf {
        private final Map<String, String> texts;

        Copy(Map<String, String> texts) {
            this.texts = new LinkedHashMap<>(texts);
        }

        @Override
        public Optional<String> read(String name) {
            return Optional.ofNullable(texts.get(name));
        }

        @Override
        public void write(String name, String text) {
            texts.put(name, text);
        }

        @Override
        public void remove(String name) {
            texts.remove(name);
        }

        Map<String, String> texts() {
            return Map.copyOf(texts);
        }
    }
}
