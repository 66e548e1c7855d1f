// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What belongs to the agent beside its process and its BPF objects.
///
/// @param paths files, and directories with all below them, that no container under an enforced policy may change: the
/// policy folder, the state, the pins, the program itself. One that is not there is not kept.
public record SelfFacts(Set<Path> paths) {
    public SelfFacts {
        paths = Set.copyOf(paths);
    }

    SelfFacts with(Path one) {
        var all = new HashSet<>(paths);
        all.add(one);
        return new SelfFacts(all);
    }

    public static SelfFacts none() {
        return new SelfFacts(Set.of());
    }

    /// The files that the running program comes from: Java and the class path.
    public static List<Path> program() {
        var files = new ArrayList<Path>();
        files.add(Path.of(System.getProperty("java.home")));
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.isEmpty()) {
                files.add(Path.of(entry).toAbsolutePath());
            }
        }
        return files;
    }
}
