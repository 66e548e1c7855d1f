// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a process has mounted, from its `mountinfo`.
final class MountTable {
    private final List<Line> lines;

    /// @param device major and minor number of the file system
    /// @param root of it that is mounted
    private record Line(String device, String root, String place, String type) {
        static Line parse(String text) {
            var fields = text.split(" ");
            int dash = 6;
            while (!fields[dash].equals("-")) {
                dash++; // optional fields
            }
            return new Line(fields[2], fields[3], unescaped(fields[4]), fields[dash + 1]);
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

    /// Where something is mounted below a directory.
    List<String> below(String directory) {
        var prefix = directory.endsWith("/") ? directory : directory + "/";
        return lines.stream()
                .map(Line::place)
                .filter(place -> place.startsWith(prefix))
                .toList();
    }
}
