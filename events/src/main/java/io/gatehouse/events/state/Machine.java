// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Everything that is remembered: tasks with their descriptors, containers, accounts.
public final class Machine {
    /// Names of this length are kept whatever else there is.
    private static final int SHORT_NAME = 256;

    private final Limits limits;
    private final Losses losses = new Losses();
    private final LongMap<Task> tasks = new LongMap<>(256);
    private final LongMap<TaskGroup> groups = new LongMap<>(256);
    private final Containers containers;
    private final Accounts accounts;
    private final Interfaces interfaces = new Interfaces();
    /// What a task runs before anything is known of it, and what one runs that nothing had told of.
    final Program noProgram = new Program("", "", "", Program.NOTHING, Program.NOTHING, Program.Executable.UNKNOWN);

    private final Program unknownProgram =
            new Program("<NA>", "<NA>", "", Program.NOTHING, Program.NOTHING, Program.Executable.UNKNOWN);
    private long textChars;
    private int descriptors;
    private boolean hasTidToForget;
    private long tidToForget;
    private long tidOfClosed;
    private long numberToClose = -1;
    private UnaryOperator<String> addressNames = _ -> null;
    long bootNanos;
    String hostName;
    /// As they were told; null and empty if they were not.
    MachineEntry entry;

    final List<InterfaceEntry> interfaceEntries = new ArrayList<>();
    long firstEventNanos;

    enum Line {
        SESSION,
        VIRTUAL_GROUP,
        GROUP;

        long idOf(Task task) {
            return switch (this) {
                case SESSION -> task.sid;
                case VIRTUAL_GROUP -> task.vpgid;
                case GROUP -> task.pgid;
            };
        }

        /// Whether the id means something in the task's own pid namespace only.
        boolean isVirtual() {
            return this != GROUP;
        }
    }

    Machine(Limits limits) {
        this.limits = limits;
        this.containers = new Containers(limits, losses);
        this.accounts = new Accounts(limits, losses);
    }

    public Limits limits() {
        return limits;
    }

    public Losses losses() {
        return losses;
    }

    public Containers containers() {
        return containers;
    }

    public Accounts accounts() {
        return accounts;
    }

    public Interfaces interfaces() {
        return interfaces;
    }

    /// Lets addresses have names from now on.
    ///
    /// @param names of an address (4 or 16 bytes as text) the name, null if it has none; must not wait
    public void addressNames(UnaryOperator<String> names) {
        addressNames = names;
    }

    /// Null if it has none that is known.
    public String nameOf(String address) {
        return addressNames.apply(address);
    }

    /// When the machine started, since 1970; 0 if unknown.
    public long bootNanos() {
        return bootNanos;
    }

    /// Null if unknown.
    public String hostName() {
        return hostName;
    }

    /// When the first event happened, since 1970; 0 before there was one.
    public long firstEventNanos() {
        return firstEventNanos;
    }

    /// Null if unknown.
    public Task task(long tid) {
        return tasks.get(tid);
    }

    public int taskCount() {
        return tasks.size();
    }

    /// Of all tables together.
    public int descriptorCount() {
        return descriptors;
    }

    /// Held by programs, control groups and long names.
    public long textChars() {
        return textChars;
    }

    public void forEachTask(Consumer<Task> action) {
        tasks.forEach(action);
    }

    /// Whether an address is the machine's own, or that of the task's container.
    public boolean isLocal(Task task, String address) {
        if (!task.containerId.isEmpty()) {
            var container = task.container();
            if (address.length() != 4) {
                return false;
            }
            if (container == null || container.ip().isEmpty()) {
                return containers.hasIp(Addresses.text(address));
            }
            if (container.ip().equals(Addresses.text(address))) {
                return true;
            }
        }
        return interfaces.has(address);
    }

    // Tasks

    /// Null if there is no room for another.
    Task newTask(long tid) {
        if (tasks.size() >= limits.tasks() && tasks.get(tid) == null) {
            losses.tasks++;
            return null;
        }
        return new Task(this, tid);
    }

    /// A task that acts but was never told of: kept, so that it is the same the next time. Null if there
    /// is no room.
    Task newStranger(long tid) {
        var stranger = newTask(tid);
        if (stranger != null) {
            losses.unknownTasks++;
            run(stranger, unknownProgram);
            enter(stranger);
        }
        return stranger;
    }

    Task taskOrStranger(long tid) {
        var task = tasks.get(tid);
        return task == null ? newStranger(tid) : task;
    }

    /// Puts a task into the table; another of the same id is forgotten.
    void enter(Task task) {
        var before = tasks.get(task.tid);
        if (before != null && before != task) {
            remove(before);
        }
        tasks.put(task.tid, task);
    }

    /// Gives a task its process and its parent, as far as they are known.
    void relate(Task task) {
        if (task.isStranger() || task.group != null) {
            return;
        }
        boolean first = task.pid == 1 || task.vpid == 1;
        var group = groups.get(task.pid);
        if (group == null) {
            group = new TaskGroup(task.pid, first);
            groups.put(task.pid, group);
        }
        group.add(task);
        if (task.pid == 1) {
            return;
        }
        var parent = tasks.get(task.ptid);
        if (parent == null || parent.isStranger() || parent == task) {
            task.ptid = 0;
        } else {
            parent.addChild(task);
        }
    }

    /// Forgets a task that has ended; its children go to whoever adopts them, its main thread stays while
    /// others live.
    void forget(long tid) {
        var task = tasks.get(tid);
        if (task == null) {
            return;
        }
        if (task.isStranger() || task.group == null) {
            remove(task);
            return;
        }
        if (!task.hasEnded()) {
            task.end();
        }
        if (task.firstChild != null) {
            giveChildrenAway(task);
        }
        var group = task.group;
        if (group.alive == 0) {
            while (group.first() != null) {
                remove(group.first());
            }
        } else if (!task.isMainThread()) {
            remove(task);
        }
    }

    /// Forgets a task at once.
    void drop(Task task) {
        remove(task);
    }

    Program unknownProgram() {
        return unknownProgram;
    }

    private void remove(Task task) {
        task.end();
        task.leaveSiblings();
        var group = task.group;
        if (group != null) {
            group.remove(task);
            if (group.first() == null && groups.get(group.pid()) == group) {
                groups.remove(group.pid());
            }
        }
        while (task.firstChild != null) {
            task.firstChild.leaveSiblings();
        }
        if (tasks.get(task.tid) == task) {
            tasks.remove(task.tid);
        }
        release(task);
    }

    private void release(Task task) {
        ask(task, null);
        run(task, noProgram);
        join(task, Cgroups.NONE);
        if (task.ownDescriptors != null) {
            close(task.ownDescriptors, descriptor -> true);
        }
    }

    private void giveChildrenAway(Task task) {
        var reaper = task.reaperTid > 0 ? taskOrStranger(task.reaperTid) : null;
        if (reaper == null || reaper.isStranger() || reaper == task) {
            reaper = findReaper(task);
        }
        if (reaper != null) {
            task.reaperTid = reaper.tid;
            if (reaper.pid != task.pid && reaper.group != null) {
                reaper.group.reaper = true;
            }
        }
        while (task.firstChild != null) {
            var child = task.firstChild;
            if (reaper == null || reaper == child) {
                child.leaveSiblings();
                child.ptid = 0;
            } else {
                reaper.addChild(child);
            }
        }
    }

    /// As the kernel does: another thread of the process, else the nearest ancestor that adopts, in the
    /// same pid namespace.
    private Task findReaper(Task task) {
        var thread = task.group.living(task);
        if (thread != null) {
            return thread;
        }
        var ancestor = task.parent();
        for (int steps = 0; ancestor != null && steps < Ancestors.MOST; steps++) {
            if (ancestor.isInPidNamespace() != task.isInPidNamespace()) {
                return null;
            }
            if (ancestor.group != null && ancestor.group.reaper) {
                var living = ancestor.group.living(task);
                if (living != null) {
                    return living;
                }
            }
            ancestor = ancestor.parent();
        }
        return null;
    }

    /// The eldest ancestor reached over parents that have the id in common; directly by the id where it
    /// is not virtual.
    Task leader(Task task, long id, Line line) {
        if (id == -1) {
            return null;
        }
        if (!line.isVirtual() || !task.isInPidNamespace()) {
            var direct = task(id);
            if (direct != null) {
                return direct;
            }
        }
        Task leader = null;
        var ancestors = new Ancestors(task);
        for (var ancestor = ancestors.next();
                ancestor != null && line.idOf(ancestor) == id;
                ancestor = ancestors.next()) {
            leader = ancestor;
        }
        return leader;
    }

    /// Forgets a task when the next event begins.
    void forgetAfterwards(long tid) {
        tidToForget = tid;
        hasTidToForget = true;
    }

    /// Closes a descriptor when the next event begins.
    void closeAfterwards(long tid, long number) {
        tidOfClosed = tid;
        numberToClose = number;
    }

    /// Does what was left for afterwards.
    void settle(long timeNanos, RecentlyEnded ended) {
        if (hasTidToForget) {
            hasTidToForget = false;
            var task = tasks.get(tidToForget);
            ended.add(tidToForget, task == null ? -1 : task.ptid, timeNanos);
            forget(tidToForget);
        }
        if (numberToClose >= 0) {
            var task = tasks.get(tidOfClosed);
            var table = task == null ? null : task.descriptors();
            if (table != null) {
                close(table, numberToClose);
            }
            numberToClose = -1;
        }
    }

    public long[] taskIds() {
        var ids = new long[tasks.size()];
        int[] next = {0};
        tasks.forEach(task -> ids[next[0]++] = task.tid);
        return ids;
    }

    // What tasks have

    /// Lets a task run a program, and counts the text of programs that nobody runs any more as free.
    void run(Task task, Program program) {
        if (program == task.program) {
            return;
        }
        if (program.holders == 0 && program != noProgram && isFull(program.weight())) {
            losses.texts++;
            program = program.bare();
        }
        if (task.program != noProgram && --task.program.holders == 0) {
            textChars -= task.program.weight();
        }
        if (program != noProgram && program.holders++ == 0) {
            textChars += program.weight();
        }
        task.program = program;
    }

    /// Puts a task into control groups, and so into their container.
    void join(Task task, Cgroups cgroups) {
        if (cgroups == task.cgroups) {
            return;
        }
        if (isNew(cgroups) && isFull(cgroups.weight())) {
            losses.texts++;
            cgroups = Cgroups.NONE;
        }
        if (task.cgroups != Cgroups.NONE && --task.cgroups.holders == 0) {
            textChars -= task.cgroups.weight();
        }
        if (cgroups != Cgroups.NONE && cgroups.holders++ == 0) {
            textChars += cgroups.weight();
        }
        task.cgroups = cgroups;
        var container = cgroups.container();
        task.containerId = container.id();
        task.forgetLookups();
        if (container.isAll() && containers.byId(container.id()) == null) {
            containers.put(Container.of(container.id(), container.kind()));
        }
    }

    private static boolean isNew(Cgroups cgroups) {
        return cgroups != Cgroups.NONE && cgroups.holders == 0;
    }

    private boolean isFull(int more) {
        return textChars + more > limits.textChars();
    }

    /// A name as it may be kept: cut if it is too long, or not short while text is full.
    String kept(String name) {
        int most = name.length() > SHORT_NAME && isFull(name.length()) ? SHORT_NAME : limits.nameChars();
        if (name.length() <= most) {
            return name;
        }
        losses.cutNames++;
        return name.substring(0, most);
    }

    /// A name that is short by its nature: what is longer is cut.
    String keptShort(String name) {
        if (name.length() <= SHORT_NAME) {
            return name;
        }
        losses.cutNames++;
        return name.substring(0, SHORT_NAME);
    }

    /// Remembers what a call was given, until it returns (null).
    void ask(Task task, Asked asked) {
        if (task.asked != null) {
            textChars -= task.asked.weight();
        }
        if (asked != null) {
            textChars += asked.weight();
        }
        task.asked = asked;
    }

    /// Adds root of the host, who is always there.
    void meet(Task task) {
        if (task.uid == 0 && accounts.user(task.containerId, 0) == null && task.containerId.isEmpty()) {
            accounts.add("", new User(0, task.gid, "root", "/root", ""));
        }
        if (task.gid == 0 && accounts.group(task.containerId, 0) == null && task.containerId.isEmpty()) {
            accounts.add("", new Group(0, "root"));
        }
    }

    // Descriptors

    /// Gives a task a descriptor under a number. Not if there is no room; then it is counted.
    ///
    /// @return whether it was given
    boolean open(Task task, long number, Descriptor descriptor) {
        task.lastDescriptor = number;
        var table = task.descriptors();
        return table != null && put(table, number, descriptor);
    }

    boolean put(DescriptorTable table, long number, Descriptor descriptor) {
        if (table.find(number) == null
                && (table.size() >= limits.descriptorsOfATask() || descriptors >= limits.descriptors())) {
            losses.descriptors++;
            return false;
        }
        hold(descriptor);
        descriptors++;
        var before = table.put(number, descriptor);
        if (before != null) {
            drop(before);
        }
        return true;
    }

    void close(DescriptorTable table, long number) {
        var before = table.remove(number);
        if (before != null) {
            drop(before);
        }
    }

    void close(DescriptorTable table, Predicate<Descriptor> which) {
        for (var descriptor : table.all()) {
            if (which.test(descriptor)) {
                close(table, descriptor.number);
            }
        }
    }

    /// Lets a child have what its parent has.
    void inherit(DescriptorTable child, DescriptorTable parent) {
        for (var descriptor : parent.all()) {
            put(child, descriptor.number, descriptor);
        }
    }

    void replace(DescriptorTable table, Descriptor before, Descriptor by) {
        if (table.find(before.number) != before) {
            return;
        }
        table.put(before.number, by);
        hold(by);
        before.holders--;
    }

    private void hold(Descriptor descriptor) {
        if (descriptor.holders++ == 0) {
            descriptor.name = kept(descriptor.name);
            descriptor.rawName = kept(descriptor.rawName);
            descriptor.charged = descriptor.name.length() + descriptor.rawName.length();
            textChars += descriptor.charged;
        }
    }

    private void drop(Descriptor descriptor) {
        descriptors--;
        if (--descriptor.holders == 0) {
            textChars -= descriptor.charged;
        }
    }

    /// In the order of their ids, for those who change the machine while they go through them.
    List<Task> allTasks() {
        var all = new ArrayList<Task>(tasks.size());
        tasks.forEach(all::add);
        all.sort(Comparator.comparingLong(Task::tid));
        return all;
    }

    int groupCount() {
        return groups.size();
    }
}
