// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.schemas.field.Field.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A file of recorded events, and what kind of events.
public record Recording(Path file, Source source) {
    private static final byte[] CAPTURE = {0x0A, 0x0D, 0x0D, 0x0A};
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZSTD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    private static final String AUDIT_GROUP = "audit.k8s.io/";
    /// An audit event names its group at its start; so much is looked through for it.
    private static final int SNIFFED_CHARS = 4096;

    /// Told by the first bytes: a capture, plain or packed; an audit log; else JSON of any shape.
    ///
    /// @throws IOException the file cannot be read
    public static Recording of(Path file) throws IOException {
        byte[] start;
        try (var in = Files.newInputStream(file)) {
            start = in.readNBytes(CAPTURE.length);
        }
        if (startsWith(start, CAPTURE) || startsWith(start, GZIP) || startsWith(start, ZSTD)) {
            return new Recording(file, Source.SYSCALL);
        }
        return new Recording(file, isAuditLog(file) ? Source.K8S_AUDIT : Source.JSON);
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    private static boolean isAuditLog(Path file) throws IOException {
        var chars = new char[SNIFFED_CHARS];
        try (var in =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.ISO_8859_1))) {
            int count = Math.max(0, in.read(chars));
            return new String(chars, 0, count).contains(AUDIT_GROUP);
        }
    }
}
