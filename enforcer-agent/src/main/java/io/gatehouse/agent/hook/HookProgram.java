// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.hook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/// The program that container runtimes run, and the words they run it with. It comes with the agent, for the agent's
/// own architecture, and needs nothing but the kernel.
public final class HookProgram {
    public static final String NAME = "gatehouse-hook";

    private static final String RESOURCE = "/io/gatehouse/agent/hook/" + NAME;

    /// What it says its name is, and so whose it is.
    private static final byte[] MARK = (NAME + ": ").getBytes(StandardCharsets.US_ASCII);

    private HookProgram() {}

    private static byte[] bytes() {
        try (var in = HookProgram.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts it there whole or not at all, since a runtime may run it at any moment.
    ///
    /// @return false where the same is there already
    /// @throws IOException it cannot be written, or another program is there
    public static boolean install(Path place) throws IOException {
        var program = bytes();
        if (Files.exists(place)) {
            if (Arrays.equals(Files.readAllBytes(place), program)) {
                return false;
            }
            if (!isOurs(place)) {
                throw new IOException(place + " is another program; it is left alone");
            }
        }
        Files.createDirectories(place.toAbsolutePath().getParent());
        var made = Files.createTempFile(place.toAbsolutePath().getParent(), "." + NAME, "");
        try {
            try (var file = FileChannel.open(made, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(program));
                file.force(true);
            }
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(made, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
        return true;
    }

    /// Whether some version of it is there.
    public static boolean isOurs(Path place) throws IOException {
        return Files.isRegularFile(place)
                && Files.size(place) < 1 << 20
                && new String(Files.readAllBytes(place), StandardCharsets.ISO_8859_1)
                        .contains(new String(MARK, StandardCharsets.US_ASCII));
    }
}
