// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.events.Event;
import io.gatehouse.events.live.LiveEvents;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// A node as its running kernel tells of it: a record is made an event as captures hold them, and the state follows it.
/// Belongs to the one thread that reads the records.
public final class LiveNode implements AutoCloseable {
    /// Tasks looked after each second, whose end may have been lost.
    private static final int SWEPT_A_SECOND = 256;

    private final ProcTask processes;
    private final ContainerFacts containers;
    private final AccountFiles accounts;
    private final LiveState live;
    private final LiveEvents events = new LiveEvents(bootNanos());
    private final Event event = new Event();
    private long number;

    /// @param nodeRoot the node's root directory
    /// @param podLabels the labels of a pod by its uid, where they are known
    /// @param placed is told whose control groups are
    public LiveNode(
            Path nodeRoot,
            Limits limits,
            Function<String, Optional<Map<String, String>>> podLabels,
            ContainerFacts.Placed placed) {
        this.processes = new ProcTask(nodeRoot);
        this.accounts = new AccountFiles(nodeRoot);
        this.containers = new ContainerFacts(nodeRoot, podLabels, placed);
        this.live = new LiveState(new State(limits), processes, containers);
    }

    /// Takes in what is there. To be called when births and ends of processes are told already, and before the first of
    /// them is read.
    public void begin() {
        new ProcScan(processes).into(live);
        containers.adoptRunning(live);
        live.state().machine().accounts().source(accounts);
    }

    /// Takes in what is open, too, of every process known. To be called when opens and closes are told already.
    public void openFiles() {
        var descriptors = new ProcDescriptors(processes.proc());
        var machine = live.state().machine();
        for (long tid : machine.taskIds()) {
            if (machine.task(tid).isMainThread()) {
                descriptors.of(tid, live.state().inventory()::descriptor);
            }
        }
    }

    /// @return the same object every time, filled anew; null if the record tells nothing
    public Scene of(LiveRecord record) {
        if (!events.fill(record, event, number + 1)) {
            return null;
        }
        number++;
        return live.apply(record, event);
    }

    /// Once a second. The time of day may have been set since.
    public void chores() {
        events.bootNanos(bootNanos());
        live.sweep(SWEPT_A_SECOND);
        containers.sweep(live);
    }

    /// Labels of pods came, changed or went.
    public void podsChanged() {
        containers.podsChanged(live);
    }

    public Machine machine() {
        return live.state().machine();
    }

    /// What could not be kept or found out, by what it is; only what there is of it.
    public Map<String, Long> lost() {
        var losses = machine().losses();
        var lost = new TreeMap<String, Long>();
        lost.put("tasks", losses.tasks());
        lost.put("descriptors", losses.descriptors());
        lost.put("containers", losses.containers());
        lost.put("accounts", losses.accounts());
        lost.put("texts", losses.texts());
        lost.put("names cut", losses.cutNames());
        lost.put("events of unknown tasks", losses.unknownTasks());
        lost.put("records of unknown calls", events.unknown());
        lost.put("records of tasks that were gone", live.stale());
        lost.put("tasks not found in /proc", live.unfound());
        lost.put("ends of tasks not told", live.sweptAway());
        lost.put("files of /proc not readable", processes.unreadable());
        lost.put("accounts not read in time", accounts.late());
        lost.put("containers asked for later", containers.postponed());
        lost.values().removeIf(count -> count == 0);
        return lost;
    }

    private static long bootNanos() {
        var boot = BootClock.timeOfDay(0);
        return boot.getEpochSecond() * 1_000_000_000L + boot.getNano();
    }

    @Override
    public void close() {
        accounts.close();
    }
}
