// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a process has mounted, from its `mountinfo`.
final class MountTable {
    private static final int MINOR_BITS = 20;

    private final List<Line> lines;

    /// @param number of the mount
    /// @param device major and minor number of the file system
    /// @param root of it that is mounted
    /// @param readOnly nothing can be written by this mount
    private record Line(long number, String device, String root, String place, String type, boolean readOnly) {
        static Line parse(String text) {
            var fields = text.split(" ");
            int dash = 6;
            while (!fields[dash].equals("-")) {
                dash++; // optional fields
            }
            return new Line(
                    Long.parseLong(fields[0]),
                    fields[2],
                    unescaped(fields[3]),
                    unescaped(fields[4]),
                    fields[dash + 1],
                    isReadOnly(fields[5]) || isReadOnly(fields[fields.length - 1]));
        }

        private static boolean isReadOnly(String options) {
            return options.equals("ro") || options.startsWith("ro,");
        }

        /// Whether what is mounted here is some of what is mounted there, or the other way round.
        boolean overlaps(Line other) {
            return device.equals(other.device) && (isBelow(root, other.root) || isBelow(other.root, root));
        }

        private static boolean isBelow(String path, String directory) {
            return path.equals(directory) || path.startsWith(directory.endsWith("/") ? directory : directory + "/");
        }

        /// Blanks, tabs, newlines and backslashes are written as three octal digits.
        private static String unescaped(String text) {
            return text.replace("\\040", " ")
                    .replace("\\011", "\t")
                    .replace("\\012", "\n")
                    .replace("\\134", "\\");
        }
    }

    private MountTable(List<Line> lines) {
        this.lines = lines;
    }

    /// Empty where the process is gone.
    static MountTable of(long pid) {
        try {
            return new MountTable(Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo")).stream()
                    .map(Line::parse)
                    .toList());
        } catch (IOException _) {
            return new MountTable(List.of());
        }
    }

    /// Whether a whole file system of this type is mounted at a place, nothing is mounted over it, and it is mounted
    /// nowhere else: so a runtime mounts a tmpfs, and so nobody mounts another file system over it.
    boolean isAlone(String place, String type) {
        var there = lines.stream().filter(line -> line.place.equals(place)).toList();
        if (there.size() != 1) {
            return false;
        }
        var only = there.getFirst();
        return only.type.equals(type)
                && only.root.equals("/")
                && lines.stream()
                                .filter(line -> line.device.equals(only.device))
                                .count()
                        == 1;
    }

    /// Whether nothing can be written by a mount; empty where it is not there.
    Optional<Boolean> isReadOnly(long mount) {
        return lines.stream().filter(line -> line.number == mount).findFirst().map(Line::readOnly);
    }

    /// Where else what is mounted by a mount, or some of it, can be written.
    List<String> writableBeside(long mount) {
        return lines.stream()
                .filter(line -> line.number == mount)
                .findFirst()
                .map(own -> lines.stream()
                        .filter(line -> line.number != mount && !line.readOnly && line.overlaps(own))
                        .map(Line::place)
                        .toList())
                .orElse(List.of());
    }

    /// Whether anything of a file system can be written here.
    ///
    /// @param device in the kernel's own encoding
    boolean hasWritable(int device) {
        var written = (device >>> MINOR_BITS) + ":" + (device & (1 << MINOR_BITS) - 1);
        return lines.stream().anyMatch(line -> line.device.equals(written) && !line.readOnly);
    }

    /// Where something is mounted below a directory.
    List<String> below(String directory) {
        var prefix = directory.endsWith("/") ? directory : directory + "/";
        return lines.stream()
                .map(Line::place)
                .filter(place -> place.startsWith(prefix))
                .toList();
    }
}
