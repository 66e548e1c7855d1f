// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.agent;

import io.gatehouse.cli.exit.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that holds the id of this process for as long as it runs.
public final class PidFile implements AutoCloseable {
    private final Path file;
    private final String pid;

    private PidFile(Path file, String pid) {
        this.file = file;
        this.pid = pid;
    }

    /// @throws Refusal it cannot be written
    public static PidFile write(Path file) {
        var pid = Long.toString(ProcessHandle.current().pid());
        try {
            Files.writeString(file, pid + "\n");
        } catch (IOException e) {
            throw Refusal.cannot("the process id cannot be written to " + file + ": " + e);
        }
        return new PidFile(file, pid);
    }

    /// Leaves the file to another process that has written it since.
    @Override
    public void close() {
        try {
            if (Files.readString(file).strip().equals(pid)) {
                Files.delete(file);
            }
        } catch (IOException _) { // gone already, or not ours any more
            return;
        }
    }
}
