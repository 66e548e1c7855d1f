// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.RootMountRecord.Undone;
import io.gatehouse.agent.kernel.KernelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which root mounts were made read-only, written down beside the pins of an instance: each is a symbolic link, the
/// only kind of file with a text that the bpf file system has. So they are kept from containers as the pins are, they
/// outlive the agent, and they end with the machine, as the mounts do.
final class RootMountRecords {
    private final Path folder;

    private RootMountRecords(Path folder) {
        this.folder = folder;
    }

    static RootMountRecords of(Instance instance) {
        return new RootMountRecords(instance.folder().resolve("roots"));
    }

    List<RootMountRecord> all() {
        var records = new ArrayList<RootMountRecord>();
        for (var link : links()) {
            try {
                RootMountRecord.parse(Files.readSymbolicLink(link).toString()).ifPresent(records::add);
            } catch (IOException _) {
                continue; // taken away meanwhile
            }
        }
        return records;
    }

    /// Before the mount is changed: an agent that ends in between leaves a record too many, which harms nobody.
    void write(RootMountRecord record) {
        try {
            Files.createDirectories(folder);
            Files.createSymbolicLink(link(record), Path.of(record.text()));
        } catch (FileAlreadyExistsException _) {
            return; // the same process, so the same mount
        } catch (IOException e) {
            throw new UncheckedIOException("the read-only root of a container cannot be noted in " + folder, e);
        }
    }

    void remove(RootMountRecord record) {
        try {
            Files.deleteIfExists(link(record));
        } catch (IOException e) {
            throw new UncheckedIOException("the note of a container's read-only root stays in " + folder, e);
        }
    }

    /// Makes them all writable again, and forgets them.
    ///
    /// @return what was done, and what could not be; a sentence each
    List<String> undoAll() {
        var told = new ArrayList<String>();
        for (var record : all()) {
            undo(record, "container " + record.container()).ifPresent(told::add);
            remove(record);
        }
        try {
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            return told; // somebody notes something
        }
        return told;
    }

    /// @param name of the container, for people
    /// @return a sentence where it lives
    static Optional<String> undo(RootMountRecord record, String name) {
        try {
            return switch (record.undo()) {
                case Undone.WRITABLE_AGAIN -> Optional.of(name + ": its root file system is as writable as it was");
                case Undone.GONE -> Optional.empty();
                case Undone.NOT_FOUND ->
                    Optional.of(name + ": its root is another mount than before, and stays as it is");
            };
        } catch (KernelException e) {
            return Optional.of(name + ": its root file system stays read-only: " + e.getMessage());
        }
    }

    /// A name in the bpf file system takes no dots, and container ids do.
    private Path link(RootMountRecord record) {
        return folder.resolve(record.pid() + "-" + record.startTicks());
    }

    private List<Path> links() {
        try (var entries = Files.list(folder)) {
            return entries.filter(Files::isSymbolicLink).sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be read", e);
        }
    }
}
