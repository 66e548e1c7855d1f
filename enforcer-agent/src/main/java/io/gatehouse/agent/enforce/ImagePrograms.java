// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.FileStatus;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.schemas.program.KnownPrograms;
import io.gatehouse.schemas.program.ProgramKind;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Programs of one container's image as files: by their paths, and by what their names say they are, in the folders
/// where programs are looked for. Names are those of the moment it is asked first; links that the container made lead
/// nowhere. Belongs to one thread and lives no longer than the root it was given.
final class ImagePrograms {
    private static final List<String> FOLDERS =
            List.of("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin");

    /// Where the System V ABI, glibc and musl have their loaders, and Debian the real file.
    private static final List<String> LOADER_FOLDERS = List.of(
            "/lib",
            "/lib64",
            "/usr/lib",
            "/usr/lib64",
            "/lib32",
            "/libx32",
            "/lib/x86_64-linux-gnu",
            "/lib/i386-linux-gnu",
            "/lib/aarch64-linux-gnu",
            "/lib/arm-linux-gnueabihf");

    /// No image has a folder of so many programs; a container can make one.
    private static final int MAX_ENTRIES = 20_000;

    private final KernelSide kernel;
    private final OpenedFile root;
    private final Function<String, Optional<OpenedFile>> ofImage;
    private final List<String> path;
    private final FileStatus status = new FileStatus();
    private final Map<String, List<String>> names = new LinkedHashMap<>();
    private Optional<List<Program>> known = Optional.empty();

    /// @param ofImage opens what a path names in the image
    /// @param path folders beside the usual ones
    ImagePrograms(
            KernelSide kernel, OpenedFile root, Function<String, Optional<OpenedFile>> ofImage, List<String> path) {
        this.kernel = kernel;
        this.root = root;
        this.ofImage = ofImage;
        this.path = path;
    }

    /// @param path as asked or found, not where links lead
    /// @param kind by its name
    /// @param links names that the file system counts
    record Program(String path, Optional<ProgramKind> kind, Identity identity, int links) {
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /// The regular file that a path names, of the image or made since.
    Optional<Program> at(String file) {
        var found = ofImage.apply(file);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (var opened = found.get()) {
            if (!status.read("/proc/self/fd/" + opened.fd()) || !status.isRegular()) {
                return Optional.empty();
            }
            var name = file.substring(file.lastIndexOf('/') + 1);
            return Optional.of(new Program(file, KnownPrograms.kind(name), kernel.identify(opened, 0), status.links()));
        }
    }

    /// Every name that says its program is of one of these kinds.
    List<Program> of(Set<ProgramKind> kinds) {
        if (known.isEmpty()) {
            known = Optional.of(findKnown());
        }
        return known.get().stream()
                .filter(program -> kinds.contains(program.kind().orElseThrow()))
                .toList();
    }

    private List<Program> findKnown() {
        var found = new ArrayList<Program>();
        for (var folder : folders()) {
            for (var name : namesIn(folder)) {
                if (KnownPrograms.kind(name).isPresent()) {
                    at(folder + "/" + name).ifPresent(found::add);
                }
            }
        }
        for (var folder : LOADER_FOLDERS) {
            for (var name : namesIn(folder)) {
                if (KnownPrograms.kind(name).filter(ProgramKind.LOADER::equals).isPresent()) {
                    at(folder + "/" + name).ifPresent(found::add);
                }
            }
        }
        return List.copyOf(found);
    }

    private Collection<String> folders() {
        var all = new LinkedHashSet<>(FOLDERS);
        all.addAll(path);
        return all;
    }

    /// Names under which this file is a program too, in the folders where programs are looked for. For
    /// people: of a link only the name that it leads to is read.
    ///
    /// @param known names of the file
    List<String> otherNames(Program program, Set<String> known) {
        var others = new TreeSet<String>();
        for (var folder : folders()) {
            for (var name : namesIn(folder)) {
                if (!known.contains(name) && leadsTo(folder + "/" + name, program, known)) {
                    others.add(name);
                }
            }
        }
        return List.copyOf(others);
    }

    private boolean leadsTo(String name, Program program, Set<String> known) {
        var entry = root.openLinkInside(name);
        if (entry.isEmpty()) {
            return false;
        }
        try (var opened = entry.get()) {
            var target = opened.linkTarget();
            if (target.isPresent()) {
                return known.contains(target.get().substring(target.get().lastIndexOf('/') + 1));
            }
        }
        return program.links() > 1
                && at(name).filter(other -> sameFile(other, program)).isPresent();
    }

    static boolean sameFile(Program one, Program other) {
        var a = one.identity();
        var b = other.identity();
        return a.dev() == b.dev() && a.ino() == b.ino() && a.generation() == b.generation();
    }

    /// What a folder of the image holds. A folder too full to be listed is asked for the known names instead: whoever
    /// fills it must not hide what was there.
    private List<String> namesIn(String folder) {
        return names.computeIfAbsent(folder, this::list);
    }

    private List<String> list(String folder) {
        var directory = ofImage.apply(folder);
        if (directory.isEmpty()) {
            return List.of();
        }
        try (var opened = directory.get();
                var entries = Files.newDirectoryStream(Path.of("/proc/self/fd/" + opened.fd()))) {
            var listed = new ArrayList<String>();
            for (var entry : entries) {
                if (listed.size() == MAX_ENTRIES) {
                    return List.copyOf(KnownPrograms.names());
                }
                listed.add(entry.getFileName().toString());
            }
            return List.copyOf(listed);
        } catch (IOException | DirectoryIteratorException _) {
            return List.copyOf(KnownPrograms.names()); // no directory, or gone: then so are these
        }
    }
}
