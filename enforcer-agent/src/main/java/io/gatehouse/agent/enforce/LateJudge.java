// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.PidFd;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Decides what the kernel could only tell: the first program of a container that ran before its rules were in place,
/// and, without LSM, a change of names. What it stops it stops by killing, late; alerts say so.
public final class LateJudge {
    /// Of /proc/PID/stat; 100 on every architecture that Linux has (USER_HZ).
    /// How a file without a name is linked: what leads through it is known of its user, who is asked about anyway.
    private static final Pattern OWN_DESCRIPTORS = Pattern.compile("/proc/(?:self|thread-self)/fd((?:/[0-9]{1,9})?)");

    private static final long NANOS_PER_TICK = 10_000_000L;

    private static final int START_TIME_FIELD = 22;

    private final KernelSide kernel;

    public LateJudge(KernelSide kernel) {
        this.kernel = kernel;
    }

    /// The event as the kernel would have told it, had it decided; empty where nothing was breached.
    public Optional<KernelEvent> judge(KernelEvent event, Governed governed) {
        if (governed.rules() == 0) {
            return Optional.empty();
        }
        var violated = switch (event.act()) {
            case STRANGER -> execBreaches(event, governed);
            case NAMED_CHANGE -> changeBreaches(event, governed);
            default -> throw new IllegalArgumentException(event.act() + " was decided by the kernel");
        };
        return violated.filter(masks -> masks.stream().anyMatch(mask -> mask != 0))
                .map(masks -> decided(event, governed, masks));
    }

    private Optional<List<Integer>> execBreaches(KernelEvent event, Governed governed) {
        if (event.hostMounts() || event.path().isEmpty()) {
            return Optional.empty(); // a runtime on its way in
        }
        return Optional.of(execBreaches(event.file(), governed));
    }

    /// The rules that a program breaches, each with its policies.
    static List<Integer> execBreaches(FileFacts file, Governed governed) {
        boolean fromImage = file.overlay() && file.dev() == governed.rootDev() && !file.upper() && !file.unlinked();
        var violated = none();
        violated.set(
                RuntimeRule.PROCESS_FROM_IMAGE.ordinal(),
                fromImage
                        ? 0
                        : governed.masks()
                                .get(RuntimeRule.PROCESS_FROM_IMAGE.ordinal())
                                .all());
        violated.set(
                RuntimeRule.PROCESS_ALLOW.ordinal(),
                governed.masks().get(RuntimeRule.PROCESS_ALLOW.ordinal()).all() & ~allowing(file, governed));
        violated.set(
                RuntimeRule.PROCESS_FORBID.ordinal(),
                governed.masks().get(RuntimeRule.PROCESS_FORBID.ordinal()).all()
                        & naming(Wire.Object.KIND_FORBIDDEN_PROGRAM, file, governed));
        return violated;
    }

    private static int allowing(FileFacts file, Governed governed) {
        return naming(file.upper() ? Wire.Object.KIND_UPPER_FILE : Wire.Object.KIND_FILE, file, governed);
    }

    private static int naming(int kind, FileFacts file, Governed governed) {
        for (var allowed : governed.allowed()) {
            var identity = allowed.identity();
            if (allowed.kind() == kind
                    && identity.dev() == file.dev()
                    && identity.ino() == file.ino()
                    && identity.generation() == file.generation()) {
                return allowed.policies();
            }
        }
        return 0;
    }

    /// Looks up, in the container, what was changed and asks the kernel what it is. A change that cannot be traced
    /// counts as a breach.
    private Optional<List<Integer>> changeBreaches(KernelEvent event, Governed governed) {
        for (long pid : pids(event, governed)) {
            var root = OpenedFile.open("/proc/" + pid + "/root/.");
            if (root.isEmpty()) {
                continue;
            }
            try (var directory = root.get()) {
                var changed = changed(directory, event);
                if (changed.isEmpty()) {
                    return Optional.of(FileBreaches.ofUnknownChange(governed));
                }
                try (var file = changed.get()) {
                    var identity = kernel.identify(file, governed.rules());
                    var violated = FileBreaches.of(governed, identity, FileBreaches.Use.WRITES);
                    if (governed.lostAName()) {
                        FileBreaches.add(violated, governed, RuntimeRule.WRITE_FORBID, 0);
                    }
                    return Optional.of(violated);
                }
            }
        }
        return Optional.empty(); // the container is gone, and what it changed with it
    }

    /// The file that was changed, or the directory whose entry was. Where that is gone again, the nearest one above
    /// that is not; empty where no way that we may go leads there.
    private static Optional<OpenedFile> changed(OpenedFile root, KernelEvent event) {
        var text = text(event);
        if (!event.pathComplete() || !event.argsComplete()) {
            return Optional.empty();
        }
        var own = OWN_DESCRIPTORS.matcher(named(event, text));
        if (own.matches() && lives(event.actor())) {
            return OpenedFile.open("/proc/" + event.actor().pid() + "/fd" + own.group(1));
        }
        if (!text.startsWith("/")) {
            return nearest(root, text.isEmpty() ? start(event) : named(event, start(event) + "/" + text));
        }
        var start = root.openInside(start(event)); // the caller's own root: chroot moves it
        if (start.isEmpty()) {
            return Optional.empty();
        }
        try (var directory = start.get()) {
            return nearest(directory, named(event, text));
        }
    }

    private static Optional<OpenedFile> nearest(OpenedFile root, String path) {
        for (var at = unslashed(path); !at.isEmpty(); at = above(at)) {
            var opened = root.openInside(at);
            if (opened.isPresent()) {
                return opened;
            }
            var link = root.openLinkInside(at);
            if (link.isPresent()) {
                link.get().close();
                return Optional.empty(); // it leads where its user alone can go: /proc/self/root
            }
        }
        return root.openInside("/");
    }

    private static String named(KernelEvent event, String path) {
        boolean entry = SyscallTable.names(event.syscall()) == SyscallTable.Names.ENTRY;
        boolean itself = path.endsWith("/..") || path.endsWith("/.");
        return entry && !itself ? above(path) : path;
    }

    private static String above(String path) {
        var name = unslashed(path);
        return unslashed(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
    }

    private static String unslashed(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    private static String start(KernelEvent event) {
        return event.path().isEmpty() ? "/" : event.path();
    }

    private static String text(KernelEvent event) {
        return SyscallTable.names(event.syscall()) == SyscallTable.Names.DESCRIPTOR ? "" : event.text();
    }

    private static List<Long> pids(KernelEvent event, Governed governed) {
        var pids = new ArrayList<Long>();
        governed.container().initPid().ifPresent(pids::add);
        pids.add((long) event.actor().pid());
        return pids;
    }

    private static List<Integer> none() {
        var violated = new ArrayList<Integer>();
        for (var _ : RuntimeRule.values()) {
            violated.add(0);
        }
        return violated;
    }

    private KernelEvent decided(KernelEvent event, Governed governed, List<Integer> violated) {
        boolean stop = false;
        for (var rule : RuntimeRule.values()) {
            stop |= governed.stops(rule, violated.get(rule.ordinal()));
        }
        stop &= kernel.brake().isEmpty();
        if (stop) {
            kill(event.actor());
        }
        boolean exec = event.act() == Act.STRANGER;
        var act = exec ? Act.EXEC : SyscallTable.act(event.syscall()).orElse(event.act());
        var path = exec ? event.path() : plain(event.path() + "/" + text(event));
        return new KernelEvent(
                event.timeNs(),
                act,
                stop ? Verdict.KILL : Verdict.REPORT,
                Backend.AGENT,
                event.scope(),
                governed.slot(),
                governed.rules(),
                violated,
                event.detail(),
                event.actor(),
                event.file(),
                event.hostMounts(),
                path,
                event.pathComplete(),
                event.exe(),
                event.args(),
                event.argsComplete(),
                event.text(),
                event.syscall());
    }

    /// Without `.`, `..` and empty parts; for people, links are not looked at.
    private static String plain(String path) {
        var parts = new ArrayList<String>();
        for (var part : path.split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    /// Ends the process that the event is about, and no other that has its number since. A program of a cgroup can
    /// refuse, and send no signal.
    public static void kill(KernelEvent.Actor actor) {
        var held = PidFd.open(actor.pid());
        if (held.isEmpty()) {
            return; // it is gone
        }
        try (var process = held.get()) {
            if (lives(actor)) {
                process.kill();
            }
        }
    }

    /// Whether the process with its number is still the one that acted.
    private static boolean lives(KernelEvent.Actor actor) {
        return startTicks(actor.pid()) == actor.startNs() / NANOS_PER_TICK;
    }

    private static long startTicks(int pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // starts at field 3
            return Long.parseLong(afterName[START_TIME_FIELD - 3]);
        } catch (IOException _) {
            return -1;
        }
    }
}
