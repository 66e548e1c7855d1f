// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.MountStatus;
import io.gatehouse.agent.kernel.OpenedFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Who keeps a mount from becoming read-only: somebody has a file on it open, or mapped, to be written.
final class MountWriters {
    private static final Path PROC = Path.of("/proc");
    private static final int ACCESS = 3;
    private static final int O_PATH = 010000000;

    private MountWriters() {}

    /// The first that is found; looks at the processes that have the mount in their namespace.
    static Optional<String> first(long namespace, MountStatus mount) {
        try (var processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var process : processes) {
                if (link(process.resolve("ns/mnt")).equals("mnt:[" + namespace + "]")) {
                    var file = opened(process, mount.number()).or(() -> mapped(process, mount.number()));
                    if (file.isPresent()) {
                        return Optional.of("process " + process.getFileName() + " (" + name(process) + ") has "
                                + file.get() + " to be written");
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<String> opened(Path process, long mount) {
        try (var files = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (var file : files) {
                if (writes(file, mount)) {
                    return Optional.of(link(process.resolve("fd").resolve(file.getFileName())) + " open");
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            return Optional.empty(); // it ended
        }
        return Optional.empty();
    }

    private static boolean writes(Path file, long mount) {
        int flags = 0;
        long by = -1;
        try {
            for (var line : Files.readAllLines(file)) {
                if (line.startsWith("flags:")) {
                    flags = Integer.parseUnsignedInt(line.substring(6).strip(), 8);
                } else if (line.startsWith("mnt_id:")) {
                    by = Long.parseLong(line.substring(7).strip());
                }
            }
        } catch (IOException _) {
            return false; // closed
        }
        return by == mount && (flags & O_PATH) == 0 && (flags & ACCESS) != 0;
    }

    private static Optional<String> mapped(Path process, long mount) {
        try {
            for (var line : Files.readAllLines(process.resolve("maps"))) {
                var fields = line.split(" +", 6); // from-to rwxs offset device inode path
                if (fields.length == 6
                        && fields[1].endsWith("s")
                        && isOn(process.resolve("map_files").resolve(fields[0]), mount)) {
                    return Optional.of(fields[5] + " mapped");
                }
            }
        } catch (IOException _) {
            return Optional.empty(); // it ended
        }
        return Optional.empty();
    }

    private static boolean isOn(Path file, long mount) {
        try (var opened = OpenedFile.open(file.toString()).orElse(null)) {
            return opened != null
                    && MountStatus.of(opened)
                            .filter(status -> status.number() == mount)
                            .isPresent();
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException _) {
            return "?";
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException _) {
            return "?";
        }
    }
}
