// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.MountNamespace;
import io.gatehouse.agent.kernel.MountStatus;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.PidFd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A root mount that an agent made read-only: enough to find it again, and to be sure that it is the one.
///
/// @param pid of the container's first process
/// @param startTicks when that process was started, so that its number names nobody else
/// @param namespace number of its mount namespace
/// @param mount [MountStatus#lasting]
/// @param container its id
record RootMountRecord(int pid, long startTicks, long namespace, long mount, String container) {
    private static final int START_TIME_FIELD = 22; // counted from 1, as proc(5) does

    String text() {
        return pid + " " + startTicks + " " + namespace + " " + mount + " " + container;
    }

    static Optional<RootMountRecord> parse(String text) {
        var words = text.split(" ", 5);
        try {
            return words.length < 5
                    ? Optional.empty()
                    : Optional.of(new RootMountRecord(
                            Integer.parseInt(words[0]),
                            Long.parseLong(words[1]),
                            Long.parseLong(words[2]),
                            Long.parseLong(words[3]),
                            words[4]));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// In clock ticks since the machine started; -1 where the process is gone.
    static long startTicks(int pid) {
        try {
            var stat = new String(Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), StandardCharsets.ISO_8859_1);
            var afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // starts at field 3
            return Long.parseLong(afterName[START_TIME_FIELD - 3]);
        } catch (IOException _) {
            return -1;
        }
    }

    enum Undone {
        WRITABLE_AGAIN,
        /// The container is gone, and its mounts with it.
        GONE,
        /// It lives, and its root is another mount than the one that was made read-only.
        NOT_FOUND
    }

    /// Takes it back: this mount becomes writable, and no other.
    ///
    /// @throws KernelException it could not be
    Undone undo() {
        try (var process = PidFd.open(pid).orElse(null);
                var mounts = MountNamespace.of(Integer.toString(pid)).orElse(null)) {
            if (process == null || mounts == null || startTicks(pid) != startTicks || !process.lives()) {
                return Undone.GONE;
            }
            if (mounts.number() != namespace) {
                return Undone.NOT_FOUND;
            }
            try (OpenedFile root = mounts.root()) {
                if (MountStatus.of(root).filter(now -> now.lasting() == mount).isEmpty()) {
                    return Undone.NOT_FOUND;
                }
                mounts.readOnly(root, false);
                return Undone.WRITABLE_AGAIN;
            }
        }
    }
}
