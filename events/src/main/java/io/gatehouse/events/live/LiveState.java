// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.live.Places.Moment;
import io.gatehouse.events.live.Places.Whose;
import io.gatehouse.events.state.Cgroups;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.KernelFacts;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import io.gatehouse.events.state.Task;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Follows a machine by the records of its kernel. Belongs to the one thread that reads them.
///
/// Every record brings its truth with it, so the order of a step is: who is it (a task is its id and its start), which
/// directory and open files did the call start from, then the event itself ([State#apply]), then what holds after it:
/// ids, rights, control group, the file that was returned. A record lost leaves nothing wrong behind but what only it
/// told: of a fork, the rest is looked up in /proc when the task first acts; of an exec, the program keeps its old
/// arguments; of an exit, the task stays until [#sweep] comes by.
///
/// Start-up: programs are attached, then /proc is scanned ([#scanned]), then records are applied from the first on.
/// What happened between attaching and the scan is told twice, and the second time changes nothing for good: a fork of
/// a task that the scan saw is known by its start, and execs and ends are gone through in their order to where the scan
/// was already. A record of a task that started before the known owner of its id is about one that is gone: it is
/// shown with no task and changes nothing.
public final class LiveState {
    private static final int MOST_CGROUPS = 16_384;
    /// Parents looked up in a row; a line longer than this is unknown from there on.
    private static final int MOST_PARENTS = 32;

    private static final boolean[] MOVES = ends(Set.of("chdir", "fchdir"));

    private final State state;
    private final KernelFacts facts;
    private final Processes processes;
    private final Places places;
    private final LiveDescriptors descriptors;
    private final Map<Long, Group> groups = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Group> eldest) {
            return size() > MOST_CGROUPS;
        }
    };
    /// When the first process of a pid namespace started, since 1970, by the namespace's number.
    private final Map<Integer, Long> namespaceStarts = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > MOST_CGROUPS;
        }
    };
    private long wallMinusBoot;
    private long[] toSweep = {};
    private int swept;
    private long lookups;
    private long unfound;
    private long stale;
    private long sweptAway;

    /// A control group that tasks are in.
    private static final class Group {
        private Cgroups cgroups;
        /// Null while that is not known.
        private Container container;
        private boolean settled;
    }

    /// One that asks nobody: what records do not tell stays unknown.
    public LiveState(State state) {
        this(state, Processes.NONE, Places.NONE);
    }

    public LiveState(State state, Processes processes, Places places) {
        this.state = state;
        this.facts = state.kernel();
        this.processes = processes;
        this.places = places;
        this.descriptors = new LiveDescriptors(facts);
    }

    public State state() {
        return state;
    }

    /// @param event made of the record
    /// @return as of [State#apply]
    public Scene apply(LiveRecord record, Event event) {
        wallMinusBoot = event.timeNanos() - record.timeNanos();
        var actor = actor(record);
        if (actor == null && isStale(record)) {
            stale++;
            return state.pass(event);
        }
        if (actor != null && record.kind() == LiveRecord.CALL) {
            if (!MOVES[event.code()]) {
                takeDirectory(record, actor);
            }
            descriptors.given(record, event, actor);
        }
        var scene = state.apply(event);
        var task = scene.task();
        if (task != null && record.kind() != LiveRecord.EXIT) {
            takeHead(record, task);
            if (record.kind() == LiveRecord.CALL) {
                descriptors.returned(record, scene);
            }
            if (record.kind() != LiveRecord.CALL || MOVES[event.code()]) {
                takeDirectory(record, task);
            }
        }
        return scene;
    }

    // Who it is

    /// The task of a record as it is before the event; null for one that is just born, one too many, and one that
    /// is gone already.
    private Task actor(LiveRecord record) {
        int tid = record.tid();
        var task = state.machine().task(tid);
        if (task != null && !facts.isSame(task, record.startNanos())) {
            if (isStale(record)) {
                return null;
            }
            facts.forget(task);
            task = null;
        }
        if (record.kind() == LiveRecord.FORK) {
            findMakers(record);
            return task;
        }
        return task != null ? task : introduce(record);
    }

    /// Whether the record is of a task whose id belongs to a younger one since.
    private boolean isStale(LiveRecord record) {
        var task = state.machine().task(record.tid());
        return task != null && record.startNanos() < task.startNanos() && !facts.isSame(task, record.startNanos());
    }

    /// A task acts that nothing has told of.
    private Task introduce(LiveRecord record) {
        boolean ended = record.kind() == LiveRecord.EXIT;
        Task model = null;
        if (record.tid() != record.pid()) {
            model = main(record, ended);
        } else if (!ended) {
            var found = find(record.tid(), record.startNanos());
            if (found != null) {
                facts.isSame(found, record.startNanos());
                return found;
            }
        }
        var task = facts.add(
                record.tid(),
                record.pid(),
                record.parentPid(),
                record.startNanos(),
                record.startNanos() + wallMinusBoot,
                model);
        if (task != null) {
            takeHead(record, task);
        }
        return task;
    }

    /// The main thread of a record's process.
    private Task main(LiveRecord record, boolean ended) {
        return ended ? state.machine().task(record.pid()) : process(record.pid(), record.processStartNanos());
    }

    /// Whom a child is modelled on: its process or its parent's, so that the event finds them.
    private void findMakers(LiveRecord record) {
        if (record.pid() != record.tid()) {
            process(record.pid(), record.processStartNanos());
        } else if (record.parentPid() > 0 && record.parentPid() != record.tid()) {
            process(record.parentPid(), record.parentStartNanos());
        }
    }

    /// The main thread of a process that is known by id and start; looked up if it is not known. Null if that finds
    /// none.
    private Task process(int pid, long startNanos) {
        var known = state.machine().task(pid);
        if (known != null) {
            if (facts.isSame(known, startNanos)) {
                return known;
            }
            if (startNanos < known.startNanos()) {
                return null; // gone, and its id with another
            }
            facts.forget(known);
        }
        return find(pid, startNanos);
    }

    /// Looks a task up, and its ancestors as far as they are not known.
    private Task find(int tid, long startNanos) {
        lookups++;
        var found = processes.find(Integer.toUnsignedLong(tid)).orElse(null);
        if (found == null || found.startNanos() / KernelFacts.TICK_NANOS != startNanos / KernelFacts.TICK_NANOS) {
            unfound++;
            return null;
        }
        findAncestors(found.entry().ptid(), MOST_PARENTS);
        return facts.add(found.entry(), found.startNanos(), found.startNanos() + wallMinusBoot);
    }

    /// The eldest first, so that each finds its parent.
    private void findAncestors(long tid, int most) {
        if (tid <= 0 || most == 0 || state.machine().task(tid) != null) {
            return;
        }
        lookups++;
        var found = processes.find(tid).orElse(null);
        if (found == null || found.entry().tid() != tid) {
            unfound++;
            return;
        }
        findAncestors(found.entry().ptid(), most - 1);
        if (state.machine().task(tid) == null) {
            facts.add(found.entry(), found.startNanos(), found.startNanos() + wallMinusBoot);
        }
    }

    /// Takes in a task that was there when the records began; see the class about the order.
    ///
    /// @param startNanos since boot, cut to a tick of the clock
    /// @param wallMinusBootNanos from the clock that counts from boot to that which counts from 1970
    /// @param namespaceStartNanos when the first process of its pid namespace started, since 1970
    public void scanned(ProcessEntry entry, long startNanos, long wallMinusBootNanos, long namespaceStartNanos) {
        wallMinusBoot = wallMinusBootNanos;
        var task = facts.scanned(entry, startNanos, startNanos + wallMinusBootNanos);
        if (task != null) {
            facts.namespaceStart(task, namespaceStartNanos);
        }
    }

    // What holds after it

    private void takeHead(LiveRecord record, Task task) {
        facts.isSame(task, record.startNanos()); // of one that the event has made
        takeParent(record, task);
        facts.ids(
                task,
                record.virtualTid(),
                record.virtualPid(),
                record.virtualSessionId(),
                record.virtualProcessGroupId(),
                record.processGroupId());
        takeNamespaceStart(record, task);
        facts.credentials(task, record.uid(), record.gid(), record.loginuid());
        facts.capabilities(task, record.capInheritable(), record.capPermitted(), record.capEffective());
        facts.terminal(task, record.tty());
        facts.reaper(task, record.is(LiveRecord.FACT_REAPER));
        takeName(record, task);
        if (task.cgroupKey() != record.cgroup() || record.is(LiveRecord.FACT_CGROUP_NEW)) {
            takeCgroup(record, task);
        }
        if (record.has(LiveRecord.ROOT)) {
            takeRoot(record, task);
        } else if (task.root().length() > 1) { // neither unknown nor the root itself
            facts.root(task, "");
        }
    }

    private void takeNamespaceStart(LiveRecord record, Task task) {
        if (task.pidNamespaceStartNanos() != 0) {
            return;
        }
        if (!task.isInPidNamespace()) {
            facts.namespaceStart(task, wallMinusBoot);
        } else if (record.virtualPid() == 1) {
            long start = record.processStartNanos() + wallMinusBoot;
            namespaceStarts.put(record.pidNamespace(), start);
            facts.namespaceStart(task, start);
        } else {
            facts.namespaceStart(task, namespaceStarts.getOrDefault(record.pidNamespace(), 0L));
        }
    }

    private void takeParent(LiveRecord record, Task task) {
        if (facts.hasParent(task, record.parentStartNanos(), record.parentPid())) {
            return;
        }
        boolean lasts = record.kind() != LiveRecord.EXIT;
        if (lasts && record.parentPid() > 0 && record.parentPid() != task.pid()) {
            process(record.parentPid(), record.parentStartNanos());
        }
        facts.parent(task, record.parentPid(), record.parentStartNanos());
    }

    /// The name of a process is its main thread's, as it was when the process was made or last ran a program.
    /// What a process or its threads call themselves since is no name of a program: one that calls itself sshd
    /// would be let off by every rule that lets sshd off.
    private void takeName(LiveRecord record, Task task) {
        if (task.isMainThread()) {
            boolean ranProgram = facts.execId(task, record.execId()) || record.kind() == LiveRecord.EXEC;
            if (!ranProgram && facts.hasName(task) && !record.is(LiveRecord.FACT_KERNEL_THREAD)) {
                return;
            }
            facts.comm(task, record.i64(COMM), record.i64(COMM + 8), record.bytes(), COMM);
        } else {
            facts.shareProgram(task);
        }
    }

    private static final int COMM = 200;

    private void takeDirectory(LiveRecord record, Task task) {
        if (!record.has(LiveRecord.CWD)) {
            return;
        }
        int at = record.offset(LiveRecord.CWD);
        int length = record.length(LiveRecord.CWD);
        if (Names.sayDirectory(record.bytes(), at, length, task.cwd())) {
            return;
        }
        boolean cut = !Names.areWhole(record.bytes(), at, length)
                || record.is(LiveRecord.FACT_CUT) && Names.areLong(record.bytes(), at, length);
        if (cut) {
            facts.directory(task, Names.TOO_LONG + "/");
            return;
        }
        var path = Names.path(record.bytes(), at, length);
        facts.directory(task, length == 0 ? path : path + "/");
    }

    private void takeRoot(LiveRecord record, Task task) {
        int at = record.offset(LiveRecord.ROOT);
        int length = record.length(LiveRecord.ROOT);
        if (!Names.say(record.bytes(), at, length, task.root())) {
            facts.root(task, Names.path(record.bytes(), at, length));
        }
    }

    // Where it is

    private void takeCgroup(LiveRecord record, Task task) {
        long key = record.cgroup();
        var group = groups.computeIfAbsent(key, _ -> new Group());
        if (group.cgroups == null || group.cgroups.size() == 0) {
            group.cgroups = facts.cgroups(processes.cgroups(task.tid()));
        }
        if (!group.settled) {
            var moment = record.kind() == LiveRecord.EXEC ? Moment.RUNS_PROGRAM : Moment.ACTS;
            switch (places.of(key, task.tid(), moment)) {
                case Whose.Unknown _ -> {}
                case Whose.Presumed(var container) -> presumed(key, container);
                case Whose.Settled(var container) -> container(key, container);
            }
        }
        if (task.cgroupKey() != key) {
            facts.move(task, key, group.cgroups, group.container);
        }
    }

    /// Says whose a control group is: its tasks have the container's fields from now on.
    ///
    /// @param container [Container#HOST] for none
    public void container(long cgroupKey, Container container) {
        presumed(cgroupKey, container).settled = true;
    }

    /// Says whose a control group is as far as is known: until that is said for good, [Places] are asked again.
    public void presume(long cgroupKey, Container container) {
        presumed(cgroupKey, container).settled = false;
    }

    private Group presumed(long cgroupKey, Container container) {
        var group = groups.computeIfAbsent(cgroupKey, _ -> new Group());
        group.container = container;
        facts.place(cgroupKey, container);
        return group;
    }

    /// Forgets a container that is gone.
    public void containerGone(String id) {
        groups.values()
                .removeIf(
                        group -> group.container != null && group.container.id().equals(id));
        facts.forgetContainer(id);
    }

    // Who is gone

    /// Looks after some of the tasks, in turn, whether they are still there: the end of one may have been lost.
    ///
    /// @param most tasks to look at; each costs a look into /proc
    public void sweep(int most) {
        for (int i = 0; i < most; i++) {
            if (swept >= toSweep.length) {
                toSweep = state.machine().taskIds();
                swept = 0;
                if (toSweep.length == 0) {
                    return;
                }
            }
            var task = state.machine().task(toSweep[swept++]);
            if (task != null && processes.isGone(task.tid(), task.startNanos())) {
                sweptAway++;
                facts.end(task);
            }
        }
    }

    // What was not as it should be, counted since the start

    /// Looks into /proc for tasks that no record had told of.
    public long lookups() {
        return lookups;
    }

    /// Of these, how many found nothing.
    public long unfound() {
        return unfound;
    }

    /// Records of tasks whose id belonged to a younger task already.
    public long stale() {
        return stale;
    }

    /// Tasks whose end nothing had told of.
    public long sweptAway() {
        return sweptAway;
    }

    /// Which codes are of the end of these calls.
    static boolean[] ends(Set<String> names) {
        var table = EventTable.current().all();
        var ends = new boolean[table.size()];
        for (EventType type : table) {
            ends[type.code()] = type.direction() == Direction.EXIT && names.contains(type.name());
        }
        return ends;
    }
}
