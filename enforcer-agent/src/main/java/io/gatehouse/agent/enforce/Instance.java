// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BpfFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What stays in the kernel when no agent lives, under a name: a folder of the bpf file system with one folder below it
/// for each life of an agent. Usually there is one life in it; while a new agent takes over there are two.
///
/// @param folder below a bpf file system; it need not be there yet
public record Instance(Path folder) {
    public static final Path USUAL_ROOT = Path.of("/sys/fs/bpf/gatehouse");
    public static final String USUAL_NAME = "node";

    /// A bpf file system takes no dots in names.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public static final Instance USUAL = of(USUAL_ROOT, USUAL_NAME);

    /// @throws IllegalArgumentException the name is none
    public static Instance of(Path root, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for an instance; it takes letters, digits, '-' and '_'");
        }
        return new Instance(root.resolve(name));
    }

    /// Every instance that something is in force of.
    public static List<Instance> all(Path root) {
        return folders(root).stream()
                .map(Instance::new)
                .filter(instance -> !instance.lives().isEmpty() || instance.readOnlyRoots() > 0)
                .toList();
    }

    public String name() {
        return folder.getFileName().toString();
    }

    /// Becomes the one agent of this instance; empty where another lives.
    public Optional<Tenure> take() {
        BpfFiles.make(folder);
        return BpfFiles.lock(folder).map(lock -> new Tenure(this, lock));
    }

    /// Whether an agent lives that keeps it.
    public boolean isTaken() {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        var lock = BpfFiles.lock(folder);
        lock.ifPresent(BpfFiles.Lock::close);
        return lock.isEmpty();
    }

    /// Oldest first.
    public List<Life> lives() {
        return folders(folder).stream()
                .filter(each -> each.getFileName().toString().matches("[0-9]{1,9}"))
                .sorted(Comparator.comparingInt(Instance::number))
                .map(each -> new Life(each, number(each)))
                .toList();
    }

    private static int number(Path folder) {
        return Integer.parseInt(folder.getFileName().toString());
    }

    static List<Path> folders(Path folder) {
        if (!Files.isDirectory(folder) || !BpfFiles.isThere(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be read", e);
        }
    }

    // ---- the brake

    /// Puts the brake on, in every life there is; false where nothing is in force that could be braked.
    public boolean brake(String reason, Optional<Duration> lasting, Instant now) {
        boolean braked = onControls(control -> control.brake(reason, lasting, now));
        if (braked && !isTaken()) { // an agent that lives does it itself
            makeRootsWritable();
        }
        return braked;
    }

    public boolean unbrake(Instant now) {
        return onControls(control -> control.unbrake(now));
    }

    public Optional<Brake> brake() {
        var brakes = new ArrayList<Brake>();
        onControls(control -> control.brake().ifPresent(brakes::add));
        return brakes.isEmpty() ? Optional.empty() : Optional.of(brakes.getLast());
    }

    private boolean onControls(java.util.function.Consumer<Control> act) {
        boolean any = false;
        for (var life : lives()) {
            var control = life.control();
            if (control.isPresent()) {
                try (var open = control.get()) {
                    act.accept(open);
                    any = true;
                }
            }
        }
        return any;
    }

    // ---- root mounts

    /// Containers whose root mount was made read-only.
    public int readOnlyRoots() {
        return RootMountRecords.of(this).all().size();
    }

    /// Makes them writable again; an agent that lives would make them read-only once more.
    ///
    /// @return what was done, and what could not be; a sentence each
    public List<String> makeRootsWritable() {
        return RootMountRecords.of(this).undoAll();
    }

    // ---- release

    /// Takes everything out of force at once, then off; returns what it was. An agent that lives must have ended.
    public List<Life.Left> release() {
        var lives = lives();
        lives.forEach(Life::retire);
        makeRootsWritable();
        var left = lives.stream().map(Life::remove).toList();
        try {
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            return left; // an agent took it meanwhile
        }
        return left;
    }
}
