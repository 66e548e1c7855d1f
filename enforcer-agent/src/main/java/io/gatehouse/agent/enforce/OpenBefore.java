// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.FileBreaches.Use;
import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.kernel.OpenedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds what the processes of a container have open since before its rules and might not open now. The kernel judges
/// every use of such files; where there are none, nobody pays for that.
final class OpenBefore {
    private static final int O_PATH = 010000000;
    private static final int ACCESS = 3;
    private static final int READ_ONLY = 0;
    private static final int WRITE_ONLY = 1;

    private final KernelSide kernel;

    OpenBefore(KernelSide kernel) {
        this.kernel = kernel;
    }

    /// @param files whether any use of an open file is to be judged
    /// @param gaps what is mapped, and cannot be taken back
    record Found(boolean files, List<Gap> gaps) {}

    /// To be asked when the rules are in force: what is opened from then on was judged.
    Found look(Governed governed) {
        var gaps = new ArrayList<Gap>();
        boolean files = false;
        if (governed.asksOfFiles()) {
            var ofHost = mountNumbers("self");
            for (var pid : pids(governed.container().cgroup())) {
                files |= anyFile(pid, governed, ofHost);
                addMapped(pid, governed, gaps);
            }
        }
        return new Found(files, gaps);
    }

    private boolean anyFile(String pid, Governed governed, Set<String> ofHost) {
        for (var link : list(Path.of("/proc", pid, "fd"))) {
            try {
                if (matters(pid, link, governed, ofHost)) {
                    return true;
                }
            } catch (IOException _) {
                continue; // closed meanwhile
            }
        }
        return false;
    }

    private boolean matters(String pid, Path link, Governed governed, Set<String> ofHost) throws IOException {
        if (Files.readSymbolicLink(link).toString().equals("anon_inode:[io_uring]")) {
            return true; // it may hold files that no list shows
        }
        int flags = 0;
        var mount = "";
        for (var line : Files.readAllLines(
                Path.of("/proc", pid, "fdinfo", link.getFileName().toString()))) {
            if (line.startsWith("flags:")) {
                flags = Integer.parseInt(line.substring(6).strip(), 8);
            } else if (line.startsWith("mnt_id:")) {
                mount = line.substring(7).strip();
            }
        }
        if ((flags & O_PATH) != 0) {
            return false;
        }
        var opened = OpenedFile.open(link.toString());
        if (opened.isEmpty()) {
            return false;
        }
        try (var file = opened.get()) {
            var identity = kernel.identify(file, governed.rules());
            int access = flags & ACCESS;
            boolean handedOver = identity.dev() != governed.rootDev() && ofHost.contains(mount);
            boolean writes = access != READ_ONLY && identity.isRegular();
            if (writes) {
                var violated = FileBreaches.of(governed, identity, Use.WRITES);
                if (handedOver) {
                    violated.set(RuntimeRule.WRITE_VOLUMES.ordinal(), 0); // as its runtime meant it: a log
                }
                if (FileBreaches.any(violated)) {
                    return true;
                }
            }
            return access != WRITE_ONLY && FileBreaches.any(FileBreaches.of(governed, identity, Use.READS));
        }
    }

    /// Pages that are shared with a file and may be written. No rule stands between a program and its memory.
    private void addMapped(String pid, Governed governed, List<Gap> gaps) {
        for (var line : lines(Path.of("/proc", pid, "maps"))) {
            var fields = line.split(" +", 6); // from-to rwxs offset device inode path
            if (fields.length < 6 || !fields[1].startsWith("w", 1) || !fields[1].endsWith("s")) {
                continue;
            }
            var opened = OpenedFile.open("/proc/" + pid + "/map_files/" + fields[0]);
            if (opened.isEmpty()) {
                continue;
            }
            try (var file = opened.get()) {
                var violated = FileBreaches.of(governed, kernel.identify(file, governed.rules()), Use.WRITES);
                for (var rule : RuntimeRule.values()) {
                    addGap(governed, rule, violated.get(rule.ordinal()), pid, fields[5])
                            .ifPresent(gaps::add);
                }
            }
        }
    }

    private static Optional<Gap> addGap(Governed governed, RuntimeRule rule, int violated, String pid, String path) {
        if (violated == 0) {
            return Optional.empty();
        }
        var policy = governed.policies().get(Integer.numberOfTrailingZeros(violated));
        return Optional.of(new Gap(
                policy,
                rule,
                "process " + pid + " has " + path + " mapped to be written since before, and may write it"));
    }

    // ---- processes

    private static Set<String> pids(Container.Cgroup cgroup) {
        var pids = new HashSet<String>();
        var directory =
                cgroup.unified().or(() -> Optional.ofNullable(cgroup.v1().get("memory")));
        directory.ifPresent(top -> {
            try (var tree = Files.walk(top)) {
                tree.filter(Files::isDirectory).forEach(each -> pids.addAll(lines(each.resolve("cgroup.procs"))));
            } catch (IOException | UncheckedIOException _) {
                return; // it went while we looked
            }
        });
        return pids;
    }

    private static Set<String> mountNumbers(String process) {
        var numbers = new HashSet<String>();
        for (var line : lines(Path.of("/proc", process, "mountinfo"))) {
            numbers.add(line.substring(0, line.indexOf(' ')));
        }
        return numbers;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            return List.of(); // the process is gone
        }
    }

    private static List<Path> list(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of();
        }
    }
}
