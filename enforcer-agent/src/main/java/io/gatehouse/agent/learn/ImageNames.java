// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.schemas.act.RecordedContainer;
import io.gatehouse.schemas.act.RecordedContainer.RecordedMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which names of a container's image lead to the same files, as far as policies usually name them.
///
/// A recording is judged far from the container, and a policy may say `/bin/sh` where the kernel said `/usr/bin/dash`.
/// Links that the container made itself are left out, as the agent leaves them out when it follows a path.
final class ImageNames {
    /// Where links and programs are looked for; not below.
    private static final List<String> DIRECTORIES = List.of(
            "/",
            "/bin",
            "/sbin",
            "/usr",
            "/usr/bin",
            "/usr/sbin",
            "/usr/local/bin",
            "/usr/local/sbin",
            "/var",
            "/etc",
            "/etc/alternatives");

    private static final int MAX_NAMES = 16_384;

    private final KernelSide kernel;
    private final Map<String, String> links = new TreeMap<>();
    private final Map<Object, TreeSet<String>> byFile = new HashMap<>();
    private int names;

    private ImageNames(KernelSide kernel) {
        this.kernel = kernel;
    }

    /// What a recording says of a container. Of one that is gone meanwhile the names are missing.
    ///
    /// @param reads paths whose reading is told
    static RecordedContainer of(
            KernelSide kernel, Container container, Optional<Map<String, String>> labels, List<String> reads) {
        var names = new ImageNames(kernel);
        boolean overlay = false;
        var absent = new ArrayList<String>();
        var opened = root(container);
        if (opened.isPresent()) {
            try (var root = opened.get()) {
                overlay = kernel.identify(root, 0).overlay();
                DIRECTORIES.forEach(directory -> names.list(root, directory));
                for (var path : reads) {
                    root.openInside(path).ifPresentOrElse(OpenedFile::close, () -> absent.add(path));
                }
            }
        }
        var same = names.byFile.values().stream()
                .filter(group -> group.size() > 1)
                .map(List::copyOf)
                .sorted(java.util.Comparator.comparing(List::getFirst))
                .toList();
        return new RecordedContainer(
                container.facts(),
                container.podFacts(),
                labels,
                overlay,
                container.mounts().stream()
                        .map(mount -> new RecordedMount(mount.destination(), mount.type(), mount.writable()))
                        .toList(),
                names.links,
                same,
                absent);
    }

    /// As its own processes see it, else as its runtime laid it down.
    private static Optional<OpenedFile> root(Container container) {
        var byProcess = container.initPid().isPresent()
                ? OpenedFile.open("/proc/" + container.initPid().getAsLong() + "/root/.")
                : Optional.<OpenedFile>empty();
        return byProcess.or(() -> container.rootfs().flatMap(path -> OpenedFile.open(path.toString())));
    }

    private void list(OpenedFile root, String directory) {
        var opened = root.openLinkInside(directory);
        if (opened.isEmpty()) {
            return;
        }
        try (var at = opened.get()) {
            if (at.linkTarget().isPresent()) {
                return; // what it leads to is listed by its own name
            }
            // Through our own descriptor, so that no link of the container's is followed on the way.
            try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd/" + at.fd()))) {
                for (var entry : entries) {
                    if (++names > MAX_NAMES) {
                        return;
                    }
                    note(root, (directory.equals("/") ? "" : directory) + "/" + entry.getFileName(), entry);
                }
            }
        } catch (IOException | UncheckedIOException _) {
            return; // no directory, or gone: it has no names to tell
        }
    }

    private void note(OpenedFile root, String name, Path entry) throws IOException {
        var facts = Files.readAttributes(entry, "unix:mode,nlink,ino,dev", LinkOption.NOFOLLOW_LINKS);
        int type = (int) facts.get("mode") & 0170000;
        if (type == 0120000) {
            var link = root.openLinkInside(name);
            if (link.isPresent()) {
                try (var opened = link.get()) {
                    if (!kernel.identify(opened, 0).upper()) {
                        opened.linkTarget().ifPresent(target -> links.put(name, target));
                    }
                }
            }
        } else if (type == 0100000 && (int) facts.get("nlink") > 1) {
            byFile.computeIfAbsent(List.of(facts.get("dev"), facts.get("ino")), _ -> new TreeSet<>())
                    .add(name);
        }
    }
}
