// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.enforce.ContainerTree.Found;
import io.gatehouse.agent.enforce.ContainerTree.Links;
import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Turns what `writes` and `reads` of a policy name into the files they name in one container: volumes, and files and
/// directories that may be written, may not be written, may not be read.
///
/// What is allowed is taken at its word only where the image or the runtime says so; what is forbidden wherever the
/// name leads.
final class FileObjects {
    /// Entries of a forbidden directory that are looked at for other names of theirs.
    private static final int MAX_ENTRIES = 4096;

    private static final int MAX_DEPTH = 32;

    private final KernelSide kernel;
    private final ContainerTree tree;
    private final Consumer<Allowed> objects;
    private final List<OpenedFile> held;
    private final List<Gap> gaps;
    private boolean settled = true;

    /// @param objects takes what is found
    /// @param held files to be kept open as long as the objects are in force: an overlay may number a file anew
    /// once
    /// nobody holds it
    FileObjects(
            KernelSide kernel, ContainerTree tree, Consumer<Allowed> objects, List<OpenedFile> held, List<Gap> gaps) {
        this.kernel = kernel;
        this.tree = tree;
        this.objects = objects;
        this.held = held;
        this.gaps = gaps;
    }

    /// False where something was not there because the container's mounts are not in place yet.
    boolean isSettled() {
        return settled;
    }

    void resolve(WorkloadPolicy policy, int bit) {
        var section = policy.runtime().orElseThrow();
        section.writes().ifPresent(writes -> {
            writes.allow().forEach(path -> allow(path, policy, bit));
            writes.forbid().forEach(path -> forbid(path, RuntimeRule.WRITE_FORBID, policy, bit));
        });
        if (section.writes().filter(RuntimeSection.Writes::declaredVolumesOnly).isPresent()) {
            declareVolumes(policy, bit);
        }
        section.reads()
                .ifPresent(reads -> reads.forbid().forEach(path -> forbid(path, RuntimeRule.READ_FORBID, policy, bit)));
    }

    // ---- writes.allow

    private void allow(String path, WorkloadPolicy policy, int bit) {
        var found = tree.find(path, Links.OF_IMAGE);
        if (found.isEmpty()) {
            missing(
                    path,
                    "is not in this container's image, or was changed since it was made",
                    RuntimeRule.WRITE_ROOT,
                    policy);
            return;
        }
        found.get().closeLinks();
        var identity = found.get().identity();
        held.add(found.get().file());
        if (!identity.isDirectory() && identity.upper() && identity.links() > 1) {
            // Another name may be one that the policy's author would not have allowed.
            gaps.add(new Gap(policy, RuntimeRule.WRITE_ROOT, path + " has other names, and may not be written for it"));
            return;
        }
        objects.accept(new Allowed(identity, Wire.Object.KIND_DIRECTORY, bit));
    }

    // ---- writes.volumes

    private void declareVolumes(WorkloadPolicy policy, int bit) {
        for (var entry : tree.mounts().entrySet()) {
            if (Volumes.declared(List.of(entry.getValue())).isEmpty()) {
                continue;
            }
            var place = entry.getKey();
            var top = tree.mounted(place);
            if (top.isEmpty()) {
                missing(
                        "the volume " + place,
                        "is not found, or something is mounted over it",
                        RuntimeRule.WRITE_VOLUMES,
                        policy);
                continue;
            }
            var identity = kernel.identify(top.get(), 0);
            if (isAnotherInside(place, identity)) {
                gaps.add(new Gap(
                        policy,
                        RuntimeRule.WRITE_VOLUMES,
                        "the volume " + place + " is not what the runtime mounted there, and may not be written"));
                continue;
            }
            objects.accept(new Allowed(identity, Wire.Object.KIND_VOLUME, bit));
            declareBelow(entry.getValue(), top.get(), bit);
        }
    }

    /// What was mounted over a volume, or a source that is another directory by now.
    private boolean isAnotherInside(String place, Identity identity) {
        var seen = tree.seenInside(place);
        if (seen.isEmpty()) {
            return false;
        }
        try (var file = seen.get()) {
            return !kernel.identify(file, 0).isSameFile(identity);
        }
    }

    /// What the node has mounted below a directory comes along with it.
    private void declareBelow(Mount mount, OpenedFile top, int bit) {
        if (!Volumes.isBind(mount) || !mount.options().contains("rbind")) {
            return;
        }
        try {
            var source = Files.readSymbolicLink(Path.of(top.path())).toString();
            for (var place : HostFiles.mountsBelow(source)) {
                HostFiles.open(place).ifPresent(below -> {
                    try (below) {
                        objects.accept(new Allowed(kernel.identify(below, 0), Wire.Object.KIND_VOLUME, bit));
                    }
                });
            }
        } catch (IOException _) {
            return; // then it counts as not declared
        }
    }

    // ---- writes.forbid, reads.forbid

    private void forbid(String path, RuntimeRule rule, WorkloadPolicy policy, int bit) {
        int kind =
                rule == RuntimeRule.WRITE_FORBID ? Wire.Object.KIND_WRITE_FORBIDDEN : Wire.Object.KIND_READ_FORBIDDEN;
        boolean mounted = forbidMountsBelow(path, kind, bit);
        var found = tree.find(path, Links.ALL);
        if (found.isEmpty()) {
            if (!mounted) {
                missing(path, "is not in this container", rule, policy);
            } else {
                settled &= tree.isSettled();
            }
            return;
        }
        var object = found.get();
        forbidOne(object.file(), object.identity(), kind, bit);
        if (object.identity().isDirectory()) {
            forbidOtherNames(object, kind, rule, policy, bit);
        }
        if (rule == RuntimeRule.WRITE_FORBID) {
            object.links().forEach(link -> forbidOne(link.file(), link.identity(), kind, bit));
            keepNames(object, bit);
        }
        if (object.links().stream().anyMatch(link -> !link.ofImage())) {
            gaps.add(new Gap(
                    policy,
                    rule,
                    path + " is reached by a link that is not the image's: what it leads to later" + " is not known"));
        }
        if (rule != RuntimeRule.WRITE_FORBID) {
            object.closeLinks();
        }
    }

    private void forbidOne(OpenedFile file, Identity identity, int kind, int bit) {
        held.add(kind == Wire.Object.KIND_READ_FORBIDDEN ? file : file.keepPlace());
        objects.accept(new Allowed(identity, kind, bit));
    }

    /// The directories that lead there stay where they are, and so do those that lead to its links.
    private void keepNames(Found object, int bit) {
        for (var above : tree.above(object.path())) {
            forbidOne(above.file(), above.identity(), Wire.Object.KIND_ABOVE_FORBIDDEN, bit);
        }
    }

    /// What the runtime mounts at a forbidden directory, or below, is forbidden by itself.
    private boolean forbidMountsBelow(String path, int kind, int bit) {
        var place = tree.resolve(path, Links.ALL);
        boolean any = false;
        for (var destination : tree.mounts().keySet()) {
            if (place.isEmpty() || !(destination + "/").startsWith(place.get() + "/")) {
                continue;
            }
            var top = tree.mounted(destination);
            if (top.isEmpty()) {
                settled &= tree.isSettled();
                continue;
            }
            objects.accept(new Allowed(kernel.identify(top.get(), 0), kind, bit));
            any = true;
        }
        return any;
    }

    /// A file below a forbidden directory that has another name elsewhere is forbidden by itself. Names that it gets
    /// later the kernel refuses.
    private void forbidOtherNames(Found directory, int kind, RuntimeRule rule, WorkloadPolicy policy, int bit) {
        var several = new ArrayList<Path>();
        boolean all;
        try {
            all = findSeveralNames(Path.of(directory.file().path()), several);
        } catch (IOException e) {
            gaps.add(new Gap(
                    policy,
                    rule,
                    "names elsewhere of files below " + directory.path() + " are not known: " + e.getMessage()));
            return;
        }
        for (var path : several) {
            OpenedFile.open(path.toString()).ifPresent(file -> forbidOne(file, kernel.identify(file, 0), kind, bit));
        }
        if (!all) {
            gaps.add(new Gap(
                    policy,
                    rule,
                    directory.path() + " has more than " + MAX_ENTRIES
                            + " entries: of the rest, names elsewhere from before are not known"));
        }
    }

    /// Whether all were looked at.
    private static boolean findSeveralNames(Path directory, List<Path> several) throws IOException {
        var looked = new int[1];
        Files.walkFileTree(directory.resolve("."), Set.<FileVisitOption>of(), MAX_DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()
                        && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
                    several.add(file);
                }
                return ++looked[0] < MAX_ENTRIES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // gone meanwhile
            }
        });
        return looked[0] < MAX_ENTRIES;
    }

    private void missing(String what, String why, RuntimeRule rule, WorkloadPolicy policy) {
        gaps.add(new Gap(policy, rule, what + " " + why));
        settled &= tree.isSettled(); // else it may be there in a moment
    }
}
