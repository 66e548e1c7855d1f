// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.events.Act;
import io.gatehouse.events.FileFacts;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.program.KnownPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/// What a container did before anybody looked, as far as it still shows: programs that run, memory that is executable,
/// files that are open for writing, sockets that listen or are connected. Without it a policy that was learned from a
/// container in the middle of its work would not let the container start again.
final class FoundRunning {
    static final String DETAIL = "found when the recording began";

    private static final int LISTENING = 0x0A;
    private static final int ESTABLISHED = 0x01;
    private static final int UNCONNECTED = 0x07;
    private static final int O_ACCMODE = 3;
    private static final int MAX_PROCESSES = 4_096;

    private final KernelSide kernel;
    private final Governed governed;
    private final List<RecordedAct> acts = new ArrayList<>();

    private FoundRunning(KernelSide kernel, Governed governed) {
        this.kernel = kernel;
        this.governed = governed;
    }

    /// Their times are not set.
    static List<RecordedAct> in(KernelSide kernel, Governed governed) {
        var found = new FoundRunning(kernel, governed);
        for (long pid : pids(governed.container().cgroup())) {
            found.look(pid);
        }
        return List.copyOf(found.acts);
    }

    private static Set<Long> pids(Container.Cgroup cgroup) {
        var pids = new TreeSet<Long>();
        var directories = new ArrayList<Path>();
        cgroup.unified().ifPresent(directories::add);
        directories.addAll(cgroup.v1().values());
        for (var directory : directories) {
            try (var below = Files.walk(directory)) {
                below.filter(file -> file.endsWith("cgroup.procs"))
                        .forEach(file ->
                                lines(file).forEach(line -> number(line, 10).ifPresent(pids::add)));
            } catch (IOException | UncheckedIOException _) {
                continue; // it ends
            }
        }
        return pids.stream().limit(MAX_PROCESSES).collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }

    private void look(long pid) {
        var process = Path.of("/proc/" + pid);
        var exe = link(process.resolve("exe"));
        var mounts = link(process.resolve("ns/mnt"));
        if (exe.isEmpty() || mounts.equals(link(Path.of("/proc/self/ns/mnt"))) || isRuntime(process)) {
            return; // it ended, or is a runtime on its way in
        }
        var facts = new ProcessFacts(exe.get(), List.of(), false, pid, uid(process), List.of());
        file(process.resolve("exe"))
                .ifPresent(file -> add(
                        Act.EXEC, rules(Act.EXEC, file), plain(exe.get()), Optional.of(file), Optional.empty(), facts));
        if (hasExecutableMemory(process)) {
            add(
                    Act.EXECUTABLE_MEMORY,
                    List.of(RuntimeRule.MEMORY.text()),
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    facts);
        }
        descriptors(process, facts);
    }

    /// By the name a runtime gives its own part. Who takes such a name himself is not learned from, and so not allowed.
    private static boolean isRuntime(Path process) {
        return lines(process.resolve("comm")).stream()
                .anyMatch(name -> name.startsWith("runc:[") || name.startsWith("youki:[") || name.equals("crun"));
    }

    /// A deleted file's name ends so in /proc.
    private static String plain(String path) {
        return path.endsWith(" (deleted)") ? path.substring(0, path.length() - " (deleted)".length()) : path;
    }

    /// Anonymous, and neither the kernel's own pages.
    private static boolean hasExecutableMemory(Path process) {
        for (var line : lines(process.resolve("maps"))) {
            var parts = line.split(" +", 6);
            if (parts.length >= 5
                    && parts[1].contains("x")
                    && parts[4].equals("0")
                    && (parts.length < 6 || !parts[5].startsWith("[v"))) {
                return true;
            }
        }
        return false;
    }

    private void descriptors(Path process, ProcessFacts facts) {
        var sockets = new HashSet<Long>();
        try (var open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (var descriptor : open) {
                var target = link(descriptor).orElse("");
                if (target.startsWith("socket:[")) {
                    number(target.substring("socket:[".length(), target.length() - 1), 10)
                            .ifPresent(sockets::add);
                } else if (target.startsWith("/") && isForWriting(process, descriptor)) {
                    writing(descriptor, target, facts);
                }
            }
        } catch (IOException | UncheckedIOException _) {
            return; // it ended
        }
        if (!sockets.isEmpty()) {
            sockets(process, "tcp", 6, sockets, facts);
            sockets(process, "udp", 17, sockets, facts);
        }
    }

    private static boolean isForWriting(Path process, Path descriptor) {
        for (var line : lines(process.resolve("fdinfo").resolve(descriptor.getFileName()))) {
            if (line.startsWith("flags:")) {
                var flags = number(line.substring("flags:".length()).strip(), 8);
                return flags.isPresent() && (flags.getAsLong() & O_ACCMODE) != 0;
            }
        }
        return false;
    }

    private void writing(Path descriptor, String path, ProcessFacts facts) {
        if (!Files.isRegularFile(descriptor)) {
            return; // a device, a pipe: not written to the file system it is named on
        }
        file(descriptor)
                .filter(FileFacts::root)
                .ifPresent(file -> add(
                        Act.OPEN_FOR_WRITING,
                        rules(Act.OPEN_FOR_WRITING, file),
                        plain(path),
                        Optional.of(file),
                        Optional.empty(),
                        facts));
    }

    private Optional<FileFacts> file(Path link) {
        var opened = OpenedFile.open(link.toString());
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (var file = opened.get()) {
            var identity = kernel.identify(file, 0);
            boolean unlinked =
                    link(link).filter(name -> name.endsWith(" (deleted)")).isPresent();
            return Optional.of(new FileFacts(
                    identity.dev(),
                    identity.ino(),
                    identity.generation(),
                    identity.overlay(),
                    identity.upper(),
                    identity.dev() == governed.rootDev(),
                    unlinked));
        }
    }

    // ---- sockets

    private void sockets(Path process, String protocol, int number, Set<Long> own, ProcessFacts facts) {
        var listening = new HashSet<Integer>();
        var rows = new ArrayList<String[]>();
        for (var table : List.of(protocol, protocol + "6")) {
            for (var line : lines(process.resolve("net").resolve(table))) {
                var parts = line.strip().split(" +");
                if (parts.length > 9 && number(parts[9], 10).isPresent()) {
                    rows.add(parts);
                    if (state(parts) == LISTENING) {
                        endpoint(protocol, parts[1]).ifPresent(at -> listening.add(at.port()));
                    }
                }
            }
        }
        for (var row : rows) {
            if (!own.contains(number(row[9], 10).orElse(0))) {
                continue;
            }
            var local = endpoint(protocol, row[1]);
            var remote = endpoint(protocol, row[2]);
            int state = state(row);
            if (state == LISTENING) {
                local.ifPresent(at -> speaks(Act.LISTEN, RuntimeRule.LISTEN, at, facts));
            }
            if (state == LISTENING || state == UNCONNECTED) {
                local.ifPresent(at -> speaks(Act.BIND, RuntimeRule.BIND, at, facts));
            }
            if (state == ESTABLISHED
                    && local.filter(at -> listening.contains(at.port())).isEmpty()) {
                remote.ifPresent(at -> speaks(Act.CONNECT, RuntimeRule.CONNECT, at, facts));
            }
        }
    }

    private static int state(String[] row) {
        return (int) number(row[3], 16).orElse(0);
    }

    /// `0100007F:1F90`: the address in words of four bytes, each in the machine's order.
    private static Optional<Endpoint> endpoint(String protocol, String text) {
        int colon = text.indexOf(':');
        if (colon != 8 && colon != 32) {
            return Optional.empty();
        }
        var bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < colon; i += 8) {
            bytes.putInt((int) number(text.substring(i, i + 8), 16).orElse(0));
        }
        var port = number(text.substring(colon + 1), 16);
        try {
            return Optional.of(new Endpoint(
                    protocol, InetAddress.getByAddress(bytes.array()).getHostAddress(), (int) port.orElse(0)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // of another length than 4 and 16
        }
    }

    private void speaks(Act act, RuntimeRule rule, Endpoint endpoint, ProcessFacts facts) {
        add(act, List.of(rule.text()), "", Optional.empty(), Optional.of(endpoint), facts);
    }

    // ---- one act

    private static List<String> rules(Act act, FileFacts file) {
        return ActFacts.rules(act, file).stream().map(RuntimeRule::text).toList();
    }

    private void add(
            Act act,
            List<String> rules,
            String path,
            Optional<FileFacts> file,
            Optional<Endpoint> endpoint,
            ProcessFacts process) {
        acts.add(new RecordedAct(
                Instant.EPOCH,
                Instant.EPOCH,
                1,
                governed.container().facts(),
                governed.container().podFacts(),
                ActFacts.word(act),
                rules,
                path,
                true,
                file.map(ActFacts::file),
                endpoint,
                process.exe(),
                process,
                act == Act.EXEC ? kind(path) : DETAIL,
                "agent",
                List.of()));
    }

    /// By its name, since no hook saw it start. One file that is many programs is all of them.
    private static String kind(String path) {
        return KnownPrograms.kind(path.substring(path.lastIndexOf('/') + 1))
                .map(kind -> switch (kind) {
                    case SHELL -> ActJudge.SHELL;
                    case MULTI_CALL -> ActJudge.PACKAGE_MANAGER + ", " + ActJudge.SHELL;
                    case PACKAGE_MANAGER -> ActJudge.PACKAGE_MANAGER;
                    case INTERPRETER, LOADER -> DETAIL;
                })
                .orElse(DETAIL);
    }

    // ---- /proc

    private static Optional<String> link(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of(); // it ended
        }
    }

    private static OptionalLong number(String text, int radix) {
        try {
            return OptionalLong.of(Long.parseLong(text.strip(), radix));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    private static long uid(Path process) {
        for (var line : lines(process.resolve("status"))) {
            if (line.startsWith("Uid:")) {
                return number(line.substring(4).strip().split("\\s+")[0], 10).orElse(0);
            }
        }
        return 0;
    }
}
