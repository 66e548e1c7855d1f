// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.OpenedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Files of the node by the paths that its container runtimes wrote down. An agent in a pod sees other files under
/// those paths, and goes by the root of process 1.
final class HostFiles {
    private static final Path MOUNTS = Path.of("/proc/1/mountinfo");

    private HostFiles() {}

    static Optional<OpenedFile> open(String path) {
        var root = OpenedFile.open(isOurs() ? "/" : "/proc/1/root/.");
        if (root.isEmpty()) {
            return Optional.empty();
        }
        try (var directory = root.get()) {
            return directory.openInside(path);
        }
    }

    private static boolean isOurs() {
        return KernelSide.mountNamespace(ProcessHandle.current().pid())
                .filter(own -> own == KernelSide.hostMountNamespace())
                .isPresent();
    }

    /// Where something is mounted below a directory of the node.
    static List<String> mountsBelow(String directory) {
        var found = new ArrayList<String>();
        try {
            for (var line : Files.readAllLines(MOUNTS)) {
                var fields = line.split(" ");
                var place = fields.length > 4 ? unescaped(fields[4]) : "";
                if (place.startsWith(directory.endsWith("/") ? directory : directory + "/")) {
                    found.add(place);
                }
            }
        } catch (IOException _) {
            return List.of(); // what is mounted there then counts as not declared
        }
        return found;
    }

    /// Blanks, tabs, newlines and backslashes are written as three octal digits.
    private static String unescaped(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
