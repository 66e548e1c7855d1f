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

/// Decides what the kernel could only tell: the first program of a container that ran before its rules were in place,
/// and, without LSM, a change of names. What it stops it stops by killing, late; alerts say so.
public final class LateJudge {
    /// Of /proc/PID/stat; 100 on every architecture that Linux has (USER_HZ).
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
        var file = event.file();
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
        return Optional.of(violated);
    }

    private static int allowing(FileFacts file, Governed governed) {
        int kind = file.upper() ? Wire.Object.KIND_UPPER_FILE : Wire.Object.KIND_FILE;
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

    /// Looks up, in the container, the directory whose entry was changed (for an open file: the file), and asks the
    /// kernel what it is.
    private Optional<List<Integer>> changeBreaches(KernelEvent event, Governed governed) {
        var changed = SyscallTable.namesOpenFile(event.syscall())
                ? event.path()
                : parent(Path.of("/")
                        .resolve(event.path().isEmpty() ? "/" : event.path())
                        .resolve(event.text()));
        for (long pid : pids(event, governed)) {
            var root = OpenedFile.open("/proc/" + pid + "/root/.");
            if (root.isEmpty()) {
                continue;
            }
            try (var directory = root.get()) {
                var opened = directory.openInside(changed);
                if (opened.isEmpty()) {
                    continue;
                }
                try (var file = opened.get()) {
                    var identity = kernel.identify(file, governed.rules());
                    var violated = none();
                    if (identity.dev() == governed.rootDev()) {
                        violated.set(
                                RuntimeRule.WRITE_ROOT.ordinal(),
                                governed.masks()
                                                .get(RuntimeRule.WRITE_ROOT.ordinal())
                                                .all()
                                        & ~identity.below());
                    }
                    return Optional.of(violated);
                }
            }
        }
        return Optional.empty(); // the container is gone, and what it changed with it
    }

    private static List<Long> pids(KernelEvent event, Governed governed) {
        var pids = new ArrayList<Long>();
        governed.container().initPid().ifPresent(pids::add);
        pids.add((long) event.actor().pid());
        return pids;
    }

    private static String parent(Path path) {
        var parent = path.getParent();
        return parent == null ? "/" : parent.toString();
    }

    private static List<Integer> none() {
        var violated = new ArrayList<Integer>();
        for (var _ : RuntimeRule.values()) {
            violated.add(0);
        }
        return violated;
    }

    private static KernelEvent decided(KernelEvent event, Governed governed, List<Integer> violated) {
        boolean stop = false;
        for (var rule : RuntimeRule.values()) {
            stop |= governed.stops(rule, violated.get(rule.ordinal()));
        }
        if (stop) {
            kill(event.actor());
        }
        boolean exec = event.act() == Act.STRANGER;
        var act = exec ? Act.EXEC : SyscallTable.act(event.syscall()).orElse(event.act());
        var path = exec || SyscallTable.namesOpenFile(event.syscall())
                ? event.path()
                : Path.of("/")
                        .resolve(event.path().isEmpty() ? "/" : event.path())
                        .resolve(event.text())
                        .normalize()
                        .toString();
        return new KernelEvent(
                event.timeNs(),
                act,
                stop ? Verdict.KILL : Verdict.REPORT,
                Backend.AGENT,
                event.scope(),
                governed.slot(),
                governed.rules(),
                violated,
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

    /// Ends the process that the event is about, and no other that has its number since.
    private static void kill(KernelEvent.Actor actor) {
        var held = PidFd.open(actor.pid());
        if (held.isEmpty()) {
            return; // it is gone
        }
        try (var process = held.get()) {
            if (startTicks(actor.pid()) == actor.startNs() / NANOS_PER_TICK) {
                process.kill();
            }
        }
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
