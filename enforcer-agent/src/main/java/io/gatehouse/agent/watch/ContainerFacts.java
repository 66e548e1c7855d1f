// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.containers.Finding;
import io.gatehouse.agent.enforce.CgroupKeys;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.live.Places;
import io.gatehouse.events.state.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Whose control groups are, and what is known of their containers.
///
/// What is promised: from the first program that a container runs itself, every event of it has all the container's
/// fields. No event is held back for that. Runtimes write their state before they let the program run, so a group that
/// nobody knows is asked about when a program is in place in it, at once, and at other acts now and then. What a
/// runtime's own init does in the group before that has what is known so far, the container's id by the group's path at
/// most; that is presumed, and read again until a runtime's files are there and the container's own program runs.
///
/// That a group is the host's, or that no runtime tells more of a container, is believed once a program ran in it after
/// [#PATIENCE], or it is [#LAST_PATIENCE] old:
/// runtimes put their init into the group first and write their state after their hooks, which may take their time.
/// Asking reads files, some milliseconds at worst, so it is bounded by [#MOST_ASKED] a second; a group beyond that
/// waits.
///
/// Belongs to the one thread that reads the records.
public final class ContainerFacts implements Places {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_ASKED = 200;
    private static final int MOST_STRANGERS = 4096;

    private final Path nodeRoot;
    private final ContainerFinder finder;
    private final ContainerReader reader;
    private final Placed placed;
    private final LongSupplier nanoTime;
    private final Map<Long, Stranger> strangers = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Stranger> eldest) {
            return size() > MOST_STRANGERS;
        }
    };
    private final Map<String, Known> known = new HashMap<>();
    private long secondStartNanos;
    private int askedInSecond;
    private long asked;
    private long postponed;

    /// Is told once whose a group is, [Container#HOST] or another; called by the asking thread.
    @FunctionalInterface
    public interface Placed {
        void placed(long cgroupKey, Container whose);
    }

    /// A group that nobody knows yet.
    private static final class Stranger {
        private final long sinceNanos;
        private long pauseNanos = FIRST_PAUSE.toNanos();
        private long notBeforeNanos;

        Stranger(long nowNanos) {
            sinceNanos = nowNanos;
            notBeforeNanos = nowNanos;
        }
    }

    private record Known(
            io.gatehouse.agent.containers.Container container, Container facts, boolean settled, Set<Long> keys) {}

    /// @param podLabels the labels of a pod by its uid, where they are known
    public ContainerFacts(Path nodeRoot, Function<String, Optional<Map<String, String>>> podLabels, Placed placed) {
        this(nodeRoot, podLabels, placed, System::nanoTime);
    }

    ContainerFacts(
            Path nodeRoot,
            Function<String, Optional<Map<String, String>>> podLabels,
            Placed placed,
            LongSupplier nanoTime) {
        this.nodeRoot = nodeRoot;
        this.finder = new ContainerFinder(nodeRoot);
        this.reader = new ContainerReader(nodeRoot, podLabels);
        this.placed = placed;
        this.nanoTime = nanoTime;
    }

    /// Looks for all containers that run, and takes every other control group that is not new for the host's.
    public void adoptRunning(LiveState live) {
        var keys = new HashSet<Long>();
        for (var container : finder.running()) {
            boolean settled = reader.runsItsOwn(container);
            for (long key : CgroupKeys.of(container.cgroup())) {
                keys.add(key);
                var facts = adopt(key, container, settled);
                if (settled) {
                    live.container(key, facts);
                } else {
                    live.presume(key, facts);
                }
            }
        }
        var settled = FileTime.from(Instant.now().minus(LAST_PATIENCE));
        var groups = nodeRoot.resolve("sys/fs/cgroup");
        boolean hybrid = !Files.exists(groups.resolve("cgroup.controllers"));
        adoptHost(hybrid ? groups.resolve("unified") : groups, 0, keys, settled, live);
        if (hybrid) {
            adoptHost(groups.resolve("memory"), Wire.V1_KEY, keys, settled, live);
        }
    }

    /// Each hierarchy counts its inodes from the start, so only of those that give keys may any be taken for one: a
    /// directory of another has the number that a container's group here may get tomorrow.
    private void adoptHost(Path hierarchy, long bits, Set<Long> containers, FileTime settled, LiveState live) {
        try (var tree = Files.walk(hierarchy)) {
            tree.filter(Files::isDirectory).forEach(directory -> {
                if (isOlder(directory, settled)) {
                    long inode = key(directory);
                    if (inode > 0 && !containers.contains(inode | bits)) {
                        host(inode | bits);
                        live.container(inode | bits, Container.HOST);
                    }
                }
            });
        } catch (IOException | UncheckedIOException _) {
            return; // what was not walked is asked about when somebody acts in it
        }
    }

    private static boolean isOlder(Path directory, FileTime than) {
        try {
            return Files.getLastModifiedTime(directory).compareTo(than) < 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static long key(Path directory) {
        try {
            return (long) Files.getAttribute(directory, "unix:ino");
        } catch (IOException _) {
            return 0;
        }
    }

    @Override
    public Whose of(long cgroupKey, long tid, Moment moment) {
        if (CgroupKeys.isRoot(cgroupKey)) {
            return new Whose.Settled(host(cgroupKey));
        }
        long now = nanoTime.getAsLong();
        var stranger = strangers.computeIfAbsent(cgroupKey, _ -> new Stranger(now));
        if (moment == Moment.ACTS && now < stranger.notBeforeNanos) {
            return Whose.UNKNOWN;
        }
        if (!mayAsk(now)) {
            postponed++;
            return Whose.UNKNOWN;
        }
        stranger.notBeforeNanos = now + stranger.pauseNanos;
        stranger.pauseNanos = Math.min(2 * stranger.pauseNanos, LONGEST_PAUSE.toNanos());
        boolean longEnough = isLongEnough(stranger, now, moment);
        return switch (finder.find(tid)) {
            case Finding.Known(var container) -> {
                boolean settled = longEnough || moment == Moment.RUNS_PROGRAM && reader.runsItsOwn(container);
                var facts = adopt(cgroupKey, container, settled);
                yield settled ? new Whose.Settled(facts) : new Whose.Presumed(facts);
            }
            case Finding.Host _ -> longEnough ? new Whose.Settled(host(cgroupKey)) : Whose.UNKNOWN;
            case Finding.Unrecognised _ -> Whose.UNKNOWN;
        };
    }

    private static boolean isLongEnough(Stranger stranger, long now, Moment moment) {
        long age = now - stranger.sinceNanos;
        return moment == Moment.RUNS_PROGRAM && age > PATIENCE.toNanos() || age > LAST_PATIENCE.toNanos();
    }

    private boolean mayAsk(long now) {
        if (now - secondStartNanos >= Duration.ofSeconds(1).toNanos()) {
            secondStartNanos = now;
            askedInSecond = 0;
        }
        if (askedInSecond >= MOST_ASKED) {
            return false;
        }
        askedInSecond++;
        asked++;
        return true;
    }

    private Container host(long cgroupKey) {
        strangers.remove(cgroupKey);
        placed.placed(cgroupKey, Container.HOST);
        return Container.HOST;
    }

    /// @param settled whether nothing more is to be told of it; only then the kernel no longer asks whose the group is
    private Container adopt(long cgroupKey, io.gatehouse.agent.containers.Container container, boolean settled) {
        var entry = known.get(container.id());
        if (entry == null || !entry.settled || !entry.container.equals(container)) {
            var keys = entry == null ? new HashSet<Long>() : entry.keys;
            entry = new Known(container, reader.read(container), settled, keys);
            known.put(container.id(), entry);
        }
        entry.keys.add(cgroupKey);
        if (settled) {
            strangers.remove(cgroupKey);
            placed.placed(cgroupKey, entry.facts);
        }
        return entry.facts;
    }

    /// Reads again what may have changed since, when the labels of pods have.
    public void podsChanged(LiveState live) {
        known.replaceAll((_, entry) -> {
            if (entry.container.pod().isEmpty()) {
                return entry;
            }
            var facts = reader.read(entry.container);
            entry.keys.forEach(key -> {
                if (entry.settled) {
                    live.container(key, facts);
                }
            });
            return new Known(entry.container, facts, entry.settled, entry.keys);
        });
    }

    /// Forgets the containers whose control groups are gone.
    public void sweep(LiveState live) {
        known.values().removeIf(entry -> {
            boolean gone = !CgroupKeys.exist(entry.container.cgroup());
            if (gone) {
                live.containerGone(entry.facts.id());
            }
            return gone;
        });
    }

    /// Containers that are known.
    public int size() {
        return known.size();
    }

    /// Groups that nobody knows yet.
    public int strangers() {
        return strangers.size();
    }

    /// How often the files of runtimes were asked, since the start.
    public long asked() {
        return asked;
    }

    /// How often they were not, for there had been too many questions in that second.
    public long postponed() {
        return postponed;
    }
}
