// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.MountNamespace;
import io.gatehouse.agent.kernel.MountStatus;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.PidFd;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Has the root file systems of containers mounted read-only where a policy that enforces asks for it
/// (`writes.rootMount`): the kernel itself then refuses every write, LSM or not. Only the mount that is the root of the
/// container's own mount namespace is changed, and only what was changed here is changed back. Ring thread only.
public final class RootMounts {
    /// How long a runtime may take from a container's first process to its root.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Of all that are read-only, how many are looked at in one go whether they still are.
    private static final int LOOKS_PER_SWEEP = 8;

    private static final int CAP_SYS_ADMIN = 21;

    private final KernelSide kernel;
    private final Generations generations;
    private final Optional<RootMountRecords> records; // absent: what is done here ends with this process
    private final Map<RootMountRecord, Boolean> before = new HashMap<>(); // of agents that ended, not yet met again
    private final int hostMounts = KernelSide.hostMountNamespace();
    private final int ownMounts =
            KernelSide.mountNamespace(ProcessHandle.current().pid()).orElse(hostMounts);
    private final LinkedHashMap<String, Kept> byContainer = new LinkedHashMap<>();
    private final List<String> toTell = new ArrayList<>();
    private volatile Counts counts = new Counts(0, List.of());

    /// @param readOnly containers whose root mount is
    /// @param others what keeps it from being so in others, a sentence each
    public record Counts(int readOnly, List<String> others) {
        public Counts {
            others = List.copyOf(others);
        }
    }

    /// How far it is with one container.
    private sealed interface Standing {
        /// As somebody made it: we, an agent before us, or its runtime.
        ///
        /// @param own absent where it is not ours to change back
        /// @param mount its number in `mountinfo`
        /// @param doubts why it may not stay so
        record ReadOnly(Optional<RootMountRecord> own, long mount, List<String> doubts) implements Standing {}

        /// A file is open to be written.
        record Busy(String by) implements Standing {}

        /// It is not there yet, or not as it should be.
        record Missing(String why) implements Standing {}
    }

    private static final class Kept {
        private final long sinceNanos = System.nanoTime();
        private Governed governed;
        private long pid;
        private Standing standing = new Standing.Missing("nobody has looked yet");
        private String told = "";

        private String name() {
            return "container " + governed.container().shownName();
        }

        private boolean isReadOnly() {
            return standing instanceof Standing.ReadOnly;
        }
    }

    RootMounts(KernelSide kernel, Generations generations) {
        this.kernel = kernel;
        this.generations = generations;
        this.records = kernel.instance().map(RootMountRecords::of);
        records.ifPresent(notes -> notes.all().forEach(record -> before.put(record, true)));
    }

    // ---- what policies ask

    /// Whether a policy wants writes of the root refused by the mount itself.
    static boolean isAsked(WorkloadPolicy policy) {
        return policy.mode() == Mode.ENFORCE && wouldAsk(policy);
    }

    /// The same, whatever its mode.
    public static boolean wouldAsk(WorkloadPolicy policy) {
        return policy.runtime()
                .flatMap(RuntimeSection::writes)
                .filter(writes ->
                        writes.readOnlyRootMount() && writes.denyRootFilesystem() && writes.action() != Action.REPORT)
                .isPresent();
    }

    private boolean isAsked(Governed governed) {
        return kernel.brake().isEmpty() && governed.policies().stream().anyMatch(RootMounts::isAsked);
    }

    // ---- one container

    /// Brings the root mount of a container to what its policies ask.
    ///
    /// @return what cannot be kept as they ask it
    List<Gap> settle(Governed governed) {
        var container = governed.container();
        if (!isAsked(governed)) {
            letGo(container.id());
            return List.of();
        }
        var kept = byContainer.computeIfAbsent(container.id(), _ -> new Kept());
        kept.governed = governed;
        long pid = container.initPid().orElse(0);
        if (!kept.isReadOnly() || kept.pid != pid) {
            kept.pid = pid;
            attempt(kept);
        }
        return gaps(kept);
    }

    /// Whether it is worth waiting before the container's first program may run.
    boolean isAwaited(Governed governed) {
        var kept = byContainer.get(governed.container().id());
        return kept != null && kept.standing instanceof Standing.Missing && isYoung(kept);
    }

    /// The container is gone.
    void forget(String container) {
        var kept = byContainer.remove(container);
        if (kept != null && kept.standing instanceof Standing.ReadOnly(var own, var _, var _)) {
            own.ifPresent(this::unnote);
        }
    }

    /// It is as writable as it was.
    void letGo(String container) {
        var kept = byContainer.remove(container);
        if (kept != null && kept.standing instanceof Standing.ReadOnly(var own, var _, var _)) {
            own.ifPresent(record -> undo(record, kept.name()));
        }
        for (var record : List.copyOf(before.keySet())) {
            if (record.container().equals(container)) {
                before.remove(record);
                undo(record, "container " + container);
            }
        }
    }

    void letAllGo() {
        List.copyOf(byContainer.keySet()).forEach(this::letGo);
        List.copyOf(before.keySet()).forEach(record -> letGo(record.container()));
    }

    private void undo(RootMountRecord record, String name) {
        RootMountRecords.undo(record, name).ifPresent(toTell::add);
        unnote(record);
    }

    private void unnote(RootMountRecord record) {
        records.ifPresent(notes -> notes.remove(record));
    }

    // ---- now and then

    /// Tries again what could not be, and looks whether what is read-only still is.
    ///
    /// @param asked what is governed now, by container
    void sweep(Function<String, Optional<Governed>> asked) {
        for (var kept : List.copyOf(byContainer.values())) {
            if (!kept.isReadOnly()) {
                attempt(kept);
            }
        }
        for (int looks = Math.min(LOOKS_PER_SWEEP, byContainer.size()); looks > 0; looks--) {
            var next = byContainer.firstEntry();
            byContainer.putLast(next.getKey(), next.getValue());
            lookAgain(next.getValue());
        }
        for (var record : List.copyOf(before.keySet())) { // of containers that no policy is about any more
            if (RootMountRecord.startTicks(record.pid()) != record.startTicks()) {
                before.remove(record);
                unnote(record);
            } else if (asked.apply(record.container()).filter(this::isAsked).isEmpty()) {
                letGo(record.container());
            }
        }
        publish();
    }

    private void lookAgain(Kept kept) {
        if (kept.standing instanceof Standing.ReadOnly(var own, var mount, var _)
                && MountTable.of(kept.pid).isReadOnly(mount).filter(now -> !now).isPresent()) {
            toTell.add(kept.name() + ": its root file system was made writable again, by somebody with CAP_SYS_ADMIN"
                    + " in it; it is made read-only once more");
            own.ifPresent(this::unnote);
            kept.standing = new Standing.Missing("it was made writable again");
            attempt(kept);
        }
    }

    /// What is to be told since it was asked before.
    List<String> told() {
        var told = List.copyOf(toTell);
        toTell.clear();
        return told;
    }

    /// Any thread.
    Counts counts() {
        return counts;
    }

    /// Says how it stands; once after any number of changes, since it looks at all.
    void publish() {
        var others = byContainer.values().stream()
                .filter(kept -> !kept.isReadOnly())
                .map(kept -> kept.name() + ": " + why(kept.standing))
                .toList();
        counts = new Counts(byContainer.size() - others.size(), others);
    }

    // ---- the mount

    private void attempt(Kept kept) {
        try {
            kept.standing = makeReadOnly(kept);
        } catch (KernelException | UncheckedIOException e) {
            kept.standing = new Standing.Missing(e.getMessage());
        }
        tell(kept);
    }

    /// The process is held before anything is read of it, and looked at again after: a number that was used again leads
    /// nowhere. Neither the host's mounts nor our own are ever entered.
    private Standing makeReadOnly(Kept kept) {
        int pid = (int) kept.pid;
        if (pid == 0) {
            return new Standing.Missing("its first process is not known");
        }
        try (var process = PidFd.open(pid).orElse(null);
                var mounts = MountNamespace.of(Integer.toString(pid)).orElse(null)) {
            long start = RootMountRecord.startTicks(pid);
            if (process == null || mounts == null || start < 0 || !process.lives()) {
                return new Standing.Missing("its first process is gone");
            }
            int number = (int) mounts.number();
            if (number == hostMounts || number == ownMounts) {
                return new Standing.Missing("it has no mounts of its own");
            }
            try (var root = mounts.root()) {
                var container = kept.governed.container();
                var status = MountStatus.of(root);
                if (!generations.isRoot(container, root) || status.isEmpty()) {
                    return new Standing.Missing("its root file system is not where its mounts begin");
                }
                var record = new RootMountRecord(
                        pid, start, mounts.number(), status.get().lasting(), container.id());
                boolean ours = before.remove(record) != null;
                if (status.get().readOnly()) {
                    return new Standing.ReadOnly(
                            ours ? Optional.of(record) : Optional.empty(),
                            status.get().number(),
                            doubts(kept, root, status.get()));
                }
                return change(kept, mounts, root, status.get(), record);
            }
        }
    }

    private Standing change(
            Kept kept, MountNamespace mounts, OpenedFile root, MountStatus status, RootMountRecord record) {
        records.ifPresent(notes -> notes.write(record));
        try {
            mounts.readOnly(root, true);
        } catch (KernelException e) {
            unnote(record);
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
            return new Standing.Busy(MountWriters.first(mounts.number(), status)
                    .orElse("a process that is not of this container has a file open to be written"));
        }
        if (MountStatus.of(root).filter(MountStatus::readOnly).isEmpty()) {
            unnote(record);
            return new Standing.Missing("the kernel made it read-only and does not say so");
        }
        return new Standing.ReadOnly(Optional.of(record), status.number(), doubts(kept, root, status));
    }

    // ---- what it is worth

    /// Ways that are left to write what lies on the root file system.
    private List<String> doubts(Kept kept, OpenedFile root, MountStatus status) {
        var doubts = new ArrayList<String>();
        MountTable.of(kept.pid)
                .writableBeside(status.number())
                .forEach(place -> doubts.add("its root file system, or some of it, is mounted at " + place
                        + " too, and can be written there"));
        others(kept).ifPresent(doubts::add);
        if (mayAdminister(kept.pid) && !mountsPrevented(kept.governed)) {
            doubts.add("it may have CAP_SYS_ADMIN, and with it make its root file system writable again; take the"
                    + " capability from it, or ask for 'mounts: deny' where LSM decides");
        }
        for (var policy : kept.governed.policies()) {
            if (!isAsked(policy)) {
                continue;
            }
            var allowed = policy.runtime().flatMap(RuntimeSection::writes).map(RuntimeSection.Writes::allow);
            for (var path : allowed.orElse(List.of())) {
                if (isOn(root, path, status)) {
                    doubts.add(path + " is to stay writable, and lies on the root file system, whose mount is"
                            + " read-only: it cannot be written");
                }
            }
        }
        return doubts;
    }

    private static boolean isOn(OpenedFile root, String path, MountStatus mount) {
        try (var file = root.openInside(path).orElse(null)) {
            return file != null
                    && MountStatus.of(file)
                            .filter(status -> status.lasting() == mount.lasting())
                            .isPresent();
        }
    }

    /// A process with mounts of its own made them before the root mount was read-only.
    private Optional<String> others(Kept kept) {
        var own = KernelSide.mountNamespace(kept.pid);
        for (var pid : processes(kept.governed.container().cgroup())) {
            var other = KernelSide.mountNamespace(pid);
            if (other.isPresent()
                    && !other.equals(own)
                    && other.get() != hostMounts
                    && MountTable.of(pid).hasWritable(kept.governed.rootDev())) {
                return Optional.of("process " + pid + " of it has mounts of its own, and can write it there");
            }
        }
        return Optional.empty();
    }

    private boolean mountsPrevented(Governed governed) {
        return governed.stops(RuntimeRule.MOUNTS, -1) && kernel.guarantee(RuntimeRule.MOUNTS) == Guarantee.PREVENTED;
    }

    /// Whether a process may come by the right to change mounts in its own namespace.
    private static boolean mayAdminister(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("CapBnd:") || line.startsWith("CapPrm:"))
                    .anyMatch(line ->
                            (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_SYS_ADMIN & 1) == 1);
        } catch (IOException _) {
            return false; // it ended
        }
    }

    private static List<Long> processes(Container.Cgroup cgroup) {
        var pids = new LinkedHashSet<Long>();
        var directory = cgroup.unified()
                .or(() -> Optional.ofNullable(cgroup.v1().get("memory")))
                .filter(each -> !CgroupKeys.isRoot(each)); // everybody's
        if (directory.isPresent()) {
            try (var tree = Files.walk(directory.get())) {
                for (var each : tree.filter(Files::isDirectory).toList()) {
                    Files.readAllLines(each.resolve("cgroup.procs")).forEach(line -> pids.add(Long.parseLong(line)));
                }
            } catch (IOException | UncheckedIOException _) {
                return List.copyOf(pids); // it went while we looked
            }
        }
        return List.copyOf(pids);
    }

    // ---- words

    private List<Gap> gaps(Kept kept) {
        var reasons = kept.standing instanceof Standing.ReadOnly(var _, var _, var doubts)
                ? doubts
                : isYoung(kept) && kept.standing instanceof Standing.Missing
                        ? List.<String>of()
                        : List.of("its root mount is not read-only: " + why(kept.standing));
        return kept.governed.policies().stream()
                .filter(RootMounts::isAsked)
                .flatMap(policy -> reasons.stream().map(why -> new Gap(policy, RuntimeRule.WRITE_ROOT, why)))
                .toList();
    }

    private void tell(Kept kept) {
        if (kept.standing instanceof Standing.Missing && isYoung(kept)) {
            return;
        }
        var text = why(kept.standing);
        if (!text.equals(kept.told)) {
            kept.told = text;
            toTell.add(kept.name() + ": " + text);
        }
    }

    private String why(Standing standing) {
        return switch (standing) {
            case Standing.ReadOnly(var _, var _, var doubts) ->
                doubts.isEmpty()
                        ? "its root file system is mounted read-only; writes of it are prevented"
                        : "its root file system is mounted read-only, but " + String.join("; ", doubts);
            case Standing.Busy(var by) ->
                "its root file system cannot be mounted read-only yet, for " + by + "; it is tried again, and until"
                        + " then writes of it are "
                        + kernel.guarantee(RuntimeRule.WRITE_ROOT).text();
            case Standing.Missing(var why) ->
                "its root file system is not mounted read-only: " + why + "; writes of it are "
                        + kernel.guarantee(RuntimeRule.WRITE_ROOT).text();
        };
    }

    private static boolean isYoung(Kept kept) {
        return System.nanoTime() - kept.sinceNanos < PATIENCE.toNanos();
    }
}
