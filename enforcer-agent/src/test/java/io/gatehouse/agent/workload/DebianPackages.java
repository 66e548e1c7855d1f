// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.workload;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Packages of Debian 12, unpacked and not installed, as the layer of an image. Fetched once and kept in the cache
/// (`GATEHOUSE_CACHE`); in the VM ring they come with the machine (`GATEHOUSE_VM_FILES`), below `/gatehouse/packages`.
final class DebianPackages {
    private static final String SUITE = "bookworm";
    private static final Path IN_THE_VM = Path.of("/gatehouse/packages");

    private DebianPackages() {}

    /// Skips the calling test, with the reason, where they are not to be had.
    static Path unpacked(String... names) throws IOException {
        var first = names[0];
        if (Files.isDirectory(IN_THE_VM.resolve(first))) {
            return IN_THE_VM.resolve(first);
        }
        var folder = cache().resolve("packages").resolve(SUITE + "-" + first);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        var root = Path.of(System.getProperty("gatehouse.root"));
        var unpack = root.resolve("enforcer-agent/src/vm/unpack-debian");
        assumeTrue(Files.isExecutable(unpack), first + " is not packed with this machine");
        var half = folder.resolveSibling(
                folder.getFileName() + ".half-" + ProcessHandle.current().pid());
        var command = new ArrayList<>(List.of(unpack.toString(), SUITE, half.toString()));
        command.addAll(List.of(names));
        try {
            var process = new ProcessBuilder(command).inheritIO().start();
            assumeTrue(process.waitFor() == 0, first + " cannot be fetched from Debian's mirror");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        Files.move(half, folder);
        return folder;
    }

    private static Path cache() {
        var given = System.getenv("GATEHOUSE_CACHE");
        return given != null ? Path.of(given) : Path.of(System.getProperty("user.home"), ".cache/gatehouse");
    }
}
