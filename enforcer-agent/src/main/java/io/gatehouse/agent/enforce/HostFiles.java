// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.OpenedFile;
import java.util.List;
import java.util.Optional;

/// Files of the node by the paths that its container runtimes wrote down. An agent in a pod sees other files under
/// those paths, and goes by the root of process 1.
final class HostFiles {
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
        return MountTable.of(1).below(directory);
    }
}
