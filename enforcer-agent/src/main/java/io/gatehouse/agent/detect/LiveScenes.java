// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.watch.AccountFiles;
import io.gatehouse.agent.watch.ContainerFacts;
import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.ProcScan;
import io.gatehouse.agent.watch.ProcTask;
import io.gatehouse.events.Event;
import io.gatehouse.events.live.LiveEvents;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Losses;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Scenes of the running kernel: a record is made an event as captures hold them, and the state follows it.
final class LiveScenes implements Scenes {
    private static final int MOST_PLACED = 16_384;
    /// Tasks looked after each second, whose end may have been lost.
    private static final int SWEPT_A_SECOND = 256;

    private final ProcTask processes;
    private final ContainerFacts containers;
    private final AccountFiles accounts;
    private final LiveState live;
    private final LiveEvents events = new LiveEvents(bootNanos());
    private final Event event = new Event();
    private final Map<Long, Boolean> placed = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > MOST_PLACED;
        }
    };
    private long number;

    /// The containers of the node, and their groups placed in the kernel.
    ///
    /// @param nodeRoot the node's root directory
    /// @param podLabels the labels of a pod by its uid, where they are known
    LiveScenes(Path nodeRoot, Limits limits, Function<String, Optional<Map<String, String>>> podLabels, Watch watch) {
        this.processes = new ProcTask(nodeRoot);
        this.accounts = new AccountFiles(nodeRoot);
        this.containers = new ContainerFacts(nodeRoot, podLabels, (group, whose) -> {
            placed.put(group, true);
            watch.place(group, whose == Container.HOST ? Place.HOST : Place.CONTAINER);
        });
        this.live = new LiveState(new State(limits), processes, containers);
    }

    @Override
    public void begin() {
        new ProcScan(processes).into(live);
        containers.adoptRunning(live);
        live.state().machine().accounts().source(accounts);
    }

    @Override
    public Scene of(LiveRecord record) {
        if (!events.fill(record, event, number + 1)) {
            return null;
        }
        number++;
        return live.apply(record, event);
    }

    @Override
    public boolean isPlaced(long cgroup) {
        return placed.containsKey(cgroup);
    }

    /// The time of day may have been set since.
    @Override
    public void chores() {
        events.bootNanos(bootNanos());
        live.sweep(SWEPT_A_SECOND);
        containers.sweep(live);
    }

    @Override
    public void podsChanged() {
        containers.podsChanged(live);
    }

    private static long bootNanos() {
        var boot = BootClock.timeOfDay(0);
        return boot.getEpochSecond() * 1_000_000_000L + boot.getNano();
    }

    @Override
    public DetectCounts.StateSizes sizes() {
        var machine = live.state().machine();
        var lost = new HashMap<String, Long>();
        Losses losses = machine.losses();
        put(lost, "tasks", losses.tasks());
        put(lost, "descriptors", losses.descriptors());
        put(lost, "containers", losses.containers());
        put(lost, "accounts", losses.accounts());
        put(lost, "texts", losses.texts());
        put(lost, "names cut", losses.cutNames());
        put(lost, "events of unknown tasks", losses.unknownTasks());
        put(lost, "records of unknown calls", events.unknown());
        put(lost, "records of tasks that were gone", live.stale());
        put(lost, "tasks not found in /proc", live.unfound());
        put(lost, "ends of tasks not told", live.sweptAway());
        put(lost, "files of /proc not readable", processes.unreadable());
        put(lost, "accounts not read in time", accounts.late());
        put(lost, "containers asked for later", containers.postponed());
        return new DetectCounts.StateSizes(machine.taskCount(), lost);
    }

    @Override
    public void close() {
        accounts.close();
    }

    private static void put(Map<String, Long> lost, String what, long count) {
        if (count > 0) {
            lost.put(what, count);
        }
    }
}
