// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.capture.ProcessEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a source that sees the running kernel knows beside its events: who acts, with which rights, through which open
/// file. It is compared before it is set, so that what has not changed costs no memory.
///
/// Ids are the kernel's 32 bits.
public final class KernelFacts {
    /// Start times of /proc are cut to ticks of this length, on every architecture.
    public static final long TICK_NANOS = 10_000_000;

    private final Machine machine;
    private final Scene scene;
    private final Inventory inventory;

    KernelFacts(Machine machine, Scene scene, Inventory inventory) {
        this.machine = machine;
        this.scene = scene;
        this.inventory = inventory;
    }

    // Who there is

    /// Whether a known task is the one that started then; from now on it is known exactly when it did.
    public boolean isSame(Task task, long startNanos) {
        if (task.startNanos == startNanos) {
            return true;
        }
        if (task.startNanos == 0) { // nothing has told yet when it started
            start(task, startNanos);
            return true;
        }
        if (task.startIsRough && task.startNanos / TICK_NANOS == startNanos / TICK_NANOS) {
            start(task, startNanos);
            return true;
        }
        return false;
    }

    private static void start(Task task, long startNanos) {
        task.startNanos = startNanos;
        task.startIsRough = false;
    }

    /// Forgets a task whose end nothing told of; of a main thread, the whole process.
    public void forget(Task task) {
        var group = task.group;
        if (task.isMainThread() && group != null) {
            while (group.first() != null) {
                machine.drop(group.first());
            }
        } else {
            machine.drop(task);
        }
    }

    /// Adds what a look at /proc says of a task, while all tasks are looked at: who belongs to whom is settled with the
    /// first event.
    ///
    /// @param startNanos cut to a tick
    /// @return null if there is no room
    public Task scanned(ProcessEntry entry, long startNanos, long wallNanos) {
        inventory.begin();
        return entered(inventory.enter(entry), startNanos, wallNanos);
    }

    /// Adds what /proc says of one task, and gives it its place among the others.
    ///
    /// @param startNanos cut to a tick
    /// @return null if there is no room
    public Task add(ProcessEntry entry, long startNanos, long wallNanos) {
        var task = entered(inventory.enter(entry), startNanos, wallNanos);
        if (task != null) {
            machine.relate(task);
        }
        return task;
    }

    private static Task entered(Task task, long startNanos, long wallNanos) {
        if (task != null) {
            task.startNanos = startNanos;
            task.startIsRough = true;
            task.cloneNanos = wallNanos;
            task.flags |= Task.CLONE_INVERTED; // its parent's clone, returning late, makes no second one
            believeHashOnly(task);
        }
        return task;
    }

    /// Adds a task of which only the kernel's own few facts are known, see the methods below.
    ///
    /// @param model whose program it runs; null if that is not known
    /// @return null if there is no room
    public Task add(int tid, int pid, int ppid, long startNanos, long wallNanos, Task model) {
        var task = machine.newTask(tid);
        if (task == null) {
            return null;
        }
        task.pid = pid;
        task.ptid = ppid;
        start(task, startNanos);
        task.cloneNanos = wallNanos;
        task.flags |= Task.CLONE_INVERTED;
        if (pid != tid) {
            task.flags |= Task.CLONE_THREAD | Task.CLONE_FILES;
        }
        machine.run(task, model == null ? machine.unknownProgram() : model.program);
        machine.enter(task);
        machine.relate(task);
        return task;
    }

    /// A thread has its process' program and name, whatever it calls itself.
    public void shareProgram(Task thread) {
        var main = thread.mainThread();
        if (main != null && main != thread) {
            machine.run(thread, main.program);
        }
    }

    /// Gives a task its parent, known by id and start; a parent that is not known is none.
    public void parent(Task task, int ppid, long parentStartNanos) {
        task.parentStartNanos = parentStartNanos;
        var parent = machine.task(task.ptid);
        if (parent != null && parent.pid == ppid) {
            if (task.parentInList == null && task.isMainThread() && parent != task) {
                parent.addChild(task);
            }
            return; // a thread of it, which says more than the process
        }
        parent = machine.task(ppid);
        if (parent == null || parent == task || parent.isStranger() || !task.isMainThread()) {
            task.leaveSiblings();
            task.ptid = parent == task ? 0 : ppid;
            return;
        }
        parent.addChild(task);
    }

    /// Whether the task is known to have this parent.
    public boolean hasParent(Task task, long parentStartNanos, int ppid) {
        if (task.parentStartNanos != parentStartNanos) {
            return false;
        }
        if (task.ptid == ppid) {
            return true;
        }
        var parent = machine.task(task.ptid);
        return parent != null && parent.pid == ppid;
    }

    /// A task has ended, though nothing told of it: its children go to whoever adopts them.
    public void end(Task task) {
        machine.forget(task.tid);
    }

    // What a task is

    public void ids(Task task, int vtid, int vpid, int vsid, int vpgid, int pgid) {
        task.vtid = vtid;
        task.vpid = vpid;
        task.sid = vsid;
        task.vpgid = vpgid;
        task.pgid = pgid;
    }

    /// Says when the first process of the task's pid namespace started, since 1970.
    public void namespaceStart(Task task, long wallNanos) {
        task.pidNamespaceStartNanos = wallNanos;
    }

    public void credentials(Task task, int uid, int gid, int loginuid) {
        long user = uid & Task.NO_ACCOUNT;
        long group = gid & Task.NO_ACCOUNT;
        long login = loginuid & Task.NO_ACCOUNT;
        if (task.uid != user || task.gid != group || task.loginuid != login) {
            task.uid = user;
            task.gid = group;
            task.loginuid = login;
            task.forgetLookups();
            machine.meet(task);
        }
    }

    public void capabilities(Task task, long inheritable, long permitted, long effective) {
        task.inheritable = inheritable;
        task.permitted = permitted;
        task.effective = effective;
    }

    public void terminal(Task task, int tty) {
        task.tty = tty & 0xffffffffL;
    }

    public void reaper(Task task, boolean adopts) {
        if (task.group != null) {
            task.group.reaper = adopts || task.pid == 1 || task.vpid == 1;
        }
    }

    /// Takes the kernel's count of programs.
    ///
    /// @return whether it was another before, so that the task has run a program since
    public boolean execId(Task task, int id) {
        long count = Integer.toUnsignedLong(id);
        boolean another = task.execId >= 0 && task.execId != count;
        task.execId = count;
        return another;
    }

    /// Whether a name was told of the process; one whose program is called as what is unknown has one.
    @SuppressWarnings("StringEquality")
    public boolean hasName(Task task) {
        var name = task.program.comm();
        return name != machine.unknownProgram().comm() && !name.isEmpty();
    }

    /// Takes the name of a process, as the kernel's 16 bytes in two numbers of its byte order.
    public void comm(Task task, long low, long high, byte[] bytes, int offset) {
        if (task.commLow == low && task.commHigh == high) {
            return;
        }
        task.commLow = low;
        task.commHigh = high;
        int length = 0;
        while (length < 16 && bytes[offset + length] != 0) {
            length++;
        }
        var name = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        var program = task.program;
        if (!program.comm().equals(name)) {
            machine.run(task, program.named(name, program.exe(), program.args()));
        }
    }

    /// Moves the process to a directory, given with a slash at its end.
    public void directory(Task task, String directory) {
        var main = task.mainThread();
        if (main != null) {
            main.cwd = machine.kept(directory);
        }
    }

    /// Says where the root directory is, seen from that of the mount namespace; empty if it is the same.
    public void root(Task task, String root) {
        task.root = machine.kept(root);
    }

    // Where a task is

    /// Control groups as several tasks may share them.
    ///
    /// @param entries `subsystem=path` each
    public Cgroups cgroups(List<String> entries) {
        return Cgroups.of(entries.toArray(String[]::new), Cgroups.NONE);
    }

    /// Moves a task to another control group.
    ///
    /// @param container null while that is not known: then a path that names a container by its hash is believed
    public void move(Task task, long cgroupKey, Cgroups cgroups, Container container) {
        task.cgroupKey = cgroupKey;
        machine.join(task, cgroups);
        if (container != null) {
            place(task, container);
        } else {
            believeHashOnly(task);
        }
    }

    /// A capture believes any path of two free names, as `/default/redis`. On a node such a path may be
    /// any group of the host, and whose it is will be known soon.
    private static void believeHashOnly(Task task) {
        if (!task.containerId.isEmpty() && !task.cgroups.container().isHash()) {
            task.containerId = "";
            task.forgetLookups();
        }
    }

    /// Says whose container all tasks of a control group are in.
    ///
    /// @param container [Container#HOST] for none
    public void place(long cgroupKey, Container container) {
        if (container != Container.HOST) {
            machine.containers().put(container);
        }
        machine.forEachTask(task -> {
            if (task.cgroupKey == cgroupKey) {
                place(task, container);
            }
        });
    }

    private static void place(Task task, Container container) {
        var id = container == Container.HOST ? "" : container.id();
        if (!task.containerId.equals(id)) {
            task.containerId = id;
        }
        task.forgetLookups();
    }

    /// Forgets a container that is gone, and its users and groups.
    public void forgetContainer(String id) {
        machine.containers().remove(id);
        machine.accounts().removeContainer(id);
    }

    // What an event was done with

    /// A socket as the kernel has it. Addresses are 4 or 16 chars of one byte each.
    ///
    /// @param state of the connection, in the numbers of TCP; 0 while nothing is to be said of its ends
    /// @param self of a unix socket, as `peer` a number that stands for it
    public record Socket(
            int family,
            int type,
            int protocol,
            int state,
            String local,
            int localPort,
            String remote,
            int remotePort,
            long self,
            long peer,
            String path) {}

    /// Gives a task an open file under a number, in place of what it had there.
    ///
    /// @param flags of the file, the kernel's
    /// @return null if there is no room
    public Descriptor file(Task task, int number, DescriptorKind kind, String name, int flags) {
        var file = new Descriptor(kind, name);
        file.openFlags = access(flags);
        if (kind == DescriptorKind.PIDFD) {
            file.name = "";
        }
        return put(task, number, file);
    }

    /// How it was opened: 1 for reading, 2 for writing, 3 for both, as events have it.
    private static int access(int flags) {
        return (flags & 3) + 1 & 3;
    }

    private Descriptor put(Task task, int number, Descriptor descriptor) {
        var table = task.descriptors();
        return table != null && machine.put(table, number, descriptor) ? descriptor : null;
    }

    /// Says which object it is that a descriptor leads to.
    public void identify(Descriptor descriptor, int device, long inode, boolean upperLayer, boolean lowerLayer) {
        descriptor.device = device;
        descriptor.inode = inode;
        if (upperLayer) {
            descriptor.mark(Descriptor.UPPER_LAYER);
        }
        if (lowerLayer) {
            descriptor.mark(Descriptor.LOWER_LAYER);
        }
    }

    /// Gives a task a socket under a number, in place of what it had there.
    ///
    /// @param known the same socket as it was known; null if it was not
    /// @return null if there is no room
    public Descriptor socket(Task task, int number, Socket facts, Descriptor known) {
        var socket = Sockets.of(facts, machine);
        if (known != null) {
            socket.openFlags = known.openFlags;
        }
        return put(task, number, socket);
    }

    /// Says which path the scene's file has by the kernel, where its name is another.
    public void resolve(String name) {
        scene.resolve(name);
    }
}
