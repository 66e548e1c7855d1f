// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Sysdig of this machine, as a judge of files. A test that needs it is skipped where it is not installed.
final class Sysdig {
    private Sysdig() {}

    static void assumeInstalled() {
        boolean found = false;
        for (var folder : System.getenv("PATH").split(File.pathSeparator)) {
            found |= Files.isExecutable(Path.of(folder, "sysdig"));
        }
        assumeTrue(found, "sysdig is not installed: apt-get install sysdig");
    }

    /// What it prints of a capture, a line each, its bytes as text.
    static List<String> lines(Path capture, String... more) throws IOException, InterruptedException {
        var output = Files.createTempFile("sysdig", ".txt");
        try {
            var command = new ArrayList<>(List.of("sysdig", "-r", capture.toString()));
            command.addAll(List.of(more));
            var process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            process.environment().put("TZ", "UTC");
            assertEquals(0, process.start().waitFor(), String.join(" ", command));
            return new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } finally {
            Files.delete(output);
        }
    }
}
