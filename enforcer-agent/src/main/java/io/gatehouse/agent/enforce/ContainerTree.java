// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.OpenedFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of one container as its runtime set them up: its root file system, and what was mounted there by the
/// runtime's own record, each taken from where the node has it. What the container mounted itself does not come in, and
/// of the links that it may have made only those that the asker wants.
///
/// Only a file system without a place on the node (a tmpfs) is looked up in the container, once: what was there first
/// stays what is meant.
final class ContainerTree implements AutoCloseable {
    /// Parts of a path, those of links included: more is a loop.
    private static final int MAX_STEPS = 512;

    private final KernelSide kernel;
    private final int rootDev;
    private final OpenedFile root; // without anything mounted
    private final boolean ownsRoot;
    private final Optional<OpenedFile> inside; // as its processes see it
    private final long initPid;
    private final Map<String, OpenedFile> remembered; // by destination; belongs to the container's time
    private final Map<String, Mount> mounts = new LinkedHashMap<>(); // by destination, links resolved
    private final List<OpenedFile> opened = new ArrayList<>(); // roots of mounts
    private final Map<String, Optional<OpenedFile>> roots = new LinkedHashMap<>();

    enum Links {
        /// Those of the image lead on, others nowhere.
        OF_IMAGE,
        ALL
    }

    /// @param path in the container, links resolved
    /// @param file to be closed by whoever asked
    /// @param links that led there, to be closed too
    record Found(String path, OpenedFile file, Identity identity, List<Link> links) {
        void closeLinks() {
            links.forEach(link -> link.file().close());
        }
    }

    /// @param ofImage nobody in the container made it
    record Link(OpenedFile file, Identity identity, boolean ofImage) {}

    /// @param root of the container; stays the caller's
    /// @param inside the root as a process of the container sees it, mounts and all; absent where none lives in it
    /// yet
    /// @param remembered what was mounted where when it was first looked at; filled
    ContainerTree(
            KernelSide kernel,
            Container container,
            OpenedFile root,
            Optional<OpenedFile> inside,
            Map<String, OpenedFile> remembered) {
        this.kernel = kernel;
        var alone = root.alone();
        this.root = alone.orElse(root);
        this.ownsRoot = alone.isPresent();
        this.rootDev = kernel.identify(this.root, 0).dev();
        this.inside = inside;
        this.initPid = container.initPid().orElse(0);
        this.remembered = remembered;
        for (var mount : container.mounts()) {
            resolve(mount.destination(), Links.OF_IMAGE).ifPresent(path -> mounts.put(path, mount));
        }
    }

    /// Whether the container's mounts are in place, so that what is not there now is not there.
    boolean isSettled() {
        return inside.isPresent();
    }

    /// The runtime's mounts, by destination.
    Map<String, Mount> mounts() {
        return mounts;
    }

    Optional<Found> find(String path, Links follow) {
        var links = new ArrayList<Link>();
        var place = walk(path, follow, links);
        var file = place.flatMap(this::openPlain);
        if (file.isEmpty()) {
            links.forEach(link -> link.file().close());
            return Optional.empty();
        }
        return Optional.of(new Found(place.get(), file.get(), kernel.identify(file.get(), 0), links));
    }

    /// The directories above a path whose links are resolved, from the nearest up; the root is not among them.
    List<Found> above(String path) {
        var found = new ArrayList<Found>();
        for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
            var place = path.substring(0, end);
            openPlain(place).ifPresent(file -> found.add(new Found(place, file, kernel.identify(file, 0), List.of())));
        }
        return found;
    }

    /// What the runtime mounted at a destination; stays this tree's.
    Optional<OpenedFile> mounted(String destination) {
        return roots.computeIfAbsent(destination, place -> openMount(place, mounts.get(place)));
    }

    /// What the container's processes find at a place; to be closed by whoever asked.
    Optional<OpenedFile> seenInside(String path) {
        return inside.flatMap(directory -> directory.openPlainInside(path));
    }

    private Optional<OpenedFile> openMount(String destination, Mount mount) {
        var known = remembered.get(destination);
        if (known != null) {
            return Optional.of(known);
        }
        if (Volumes.isBind(mount) && mount.source().startsWith("/")) {
            var source = HostFiles.open(mount.source());
            source.ifPresent(opened::add);
            if (source.isPresent()) {
                return source;
            }
        }
        var found = seenInside(destination);
        if (found.isEmpty()) {
            return found;
        }
        boolean own = Volumes.isBind(mount) || MountTable.of(initPid).isAlone(destination, mount.type());
        if (!own
                || kernel.identify(found.get(), 0).dev() == rootDev) { // nothing is mounted there, or something over it
            found.get().close();
            return Optional.empty();
        }
        var alone = found.get().alone();
        var kept = alone.orElse(found.get());
        alone.ifPresent(_ -> found.get().close());
        remembered.put(destination, kept);
        return Optional.of(kept);
    }

    // ---- ways

    /// Where a path leads, whether or not something is there in the end; empty where a link on the way is not to be
    /// followed, or goes round.
    Optional<String> resolve(String path, Links follow) {
        var links = new ArrayList<Link>();
        var place = walk(path, follow, links);
        links.forEach(link -> link.file().close());
        return place;
    }

    private Optional<String> walk(String path, Links follow, List<Link> links) {
        var left = new ArrayDeque<>(List.of(path.split("/")));
        var at = new ArrayDeque<String>();
        for (int steps = 0; !left.isEmpty(); steps++) {
            if (steps == MAX_STEPS) {
                return Optional.empty();
            }
            var part = left.removeFirst();
            if (part.equals("..")) {
                at.pollLast();
                continue;
            }
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            at.addLast(part);
            var entry = openPlain(text(at));
            if (entry.isEmpty()) {
                continue; // what is not there is no link
            }
            var identity = kernel.identify(entry.get(), 0);
            var target = identity.isLink() ? entry.get().linkTarget() : Optional.<String>empty();
            if (target.isEmpty()) {
                entry.get().close();
                continue;
            }
            boolean ofImage = identity.dev() == rootDev && identity.overlay() && !identity.upper();
            links.add(new Link(entry.get(), identity, ofImage));
            if (!ofImage && follow == Links.OF_IMAGE) {
                return Optional.empty();
            }
            at.removeLast();
            if (target.get().startsWith("/")) {
                at.clear();
            }
            List.of(target.get().split("/")).reversed().forEach(left::addFirst);
        }
        return Optional.of(text(at));
    }

    private static String text(Deque<String> parts) {
        return "/" + String.join("/", parts);
    }

    /// Opens a path without links, by the mount that it lies on.
    private Optional<OpenedFile> openPlain(String path) {
        for (var end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            var place = path.substring(0, end);
            if (mounts.containsKey(place)) {
                var rest = path.substring(end);
                return mounted(place).flatMap(top -> rest.isEmpty() ? top.again() : top.openPlainInside(rest));
            }
        }
        return root.openPlainInside(path);
    }

    @Override
    public void close() {
        opened.forEach(OpenedFile::close);
        if (ownsRoot) {
            root.close();
        }
    }
}
