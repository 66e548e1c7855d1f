// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Clone, fork, vfork: both sides tell of a child, in either order. Whoever comes first enters it; but a
/// parent does not know a child's ids in another pid namespace, so there only the child does.
final class Births {
    private static final int EXE = 1;
    private static final int ARGS = 2;
    private static final int PID = 4;
    private static final int PTID = 5;
    private static final int FD_LIMIT = 7;
    private static final int MEMORY = 8;
    private static final int COMM = 13;
    private static final int CGROUPS = 14;
    private static final int FLAGS = 15;
    private static final int UID = 16;
    private static final int GID = 17;
    private static final int VTID = 18;
    private static final int VPID = 19;
    private static final int NAMESPACE_START = 20;

    /// Older than this, an entry under the child's id is of somebody whose end was missed.
    private static final long STALE_NANOS = 2_000_000_000L;

    private final Machine machine;
    private final RecentlyEnded ended;

    Births(Machine machine, RecentlyEnded ended) {
        this.machine = machine;
        this.ended = ended;
    }

    void parse(Event event, Scene scene) {
        long child = Params.result(event);
        if (child == 0) {
            born(event, scene);
        } else if (child > 0) {
            gaveBirth(event, scene, child);
        }
    }

    // The parent's side

    private void gaveBirth(Event event, Scene scene, long childTid) {
        var caller = machine.taskOrStranger(event.tid());
        if (caller == null) {
            scene.enter(null);
            return;
        }
        boolean known = !caller.isStranger();
        if (!known) {
            caller.pid = Params.signed(event, PID);
            caller.ptid = Params.signed(event, PTID);
            takeVirtualIds(event, caller);
            machine.relate(caller);
        }
        scene.enter(caller);
        int flags = Params.flags(event, FLAGS) & ~Task.CLOSED;
        if (isChildsOwnMatter(event, caller, flags) || childTid == caller.tid) {
            return;
        }
        if (ended.has(childTid, caller.tid, event.timeNanos())) {
            return; // it came and went before its parent returned
        }
        var namesake = machine.task(childTid);
        if (namesake != null) {
            if ((namesake.flags & Task.CLONE_INVERTED) != 0) {
                return;
            }
            machine.forget(childTid);
        }
        var child = machine.newTask(childTid);
        if (child == null) {
            return;
        }
        child.flags = flags;
        boolean thread = (flags & Task.CLONE_THREAD) != 0;
        if (thread) {
            child.pid = caller.pid;
            child.ptid = caller.ptid;
            child.flags |= Task.CLONE_FILES;
            child.execNanos = caller.execNanos;
        } else {
            child.pid = childTid;
            child.ptid = caller.tid;
        }
        child.vtid = child.tid;
        child.vpid = child.pid;
        takeProgram(event, child, caller);
        if (known) {
            inherit(child, caller, thread);
        } else {
            machine.run(caller, child.program);
        }
        child.pidNamespaceStartNanos = machine.bootNanos;
        takeRest(event, child, caller);
        machine.enter(child);
        machine.relate(child);
    }

    /// In a pid namespace the parent sees ids of the inside. After vfork the child has been running all
    /// the time.
    private boolean isChildsOwnMatter(Event event, Task caller, int flags) {
        int inside = Task.CHILD_IN_PID_NAMESPACE | Task.CLONE_NEWPID | Task.CLONE_PARENT;
        return (flags & inside) != 0
                || caller.tid != caller.vtid
                || (flags & Task.CLONE_VFORK) != 0
                || event.type().name().equals("vfork");
    }

    // The child's side

    private void born(Event event, Scene scene) {
        var known = scene.task;
        if (known != null && known.cloneNanos != 0) {
            if (event.timeNanos() - known.cloneNanos < STALE_NANOS) {
                return;
            }
            machine.forget(known.tid);
            scene.enter(null);
        }
        int flags = Params.flags(event, FLAGS) & ~Task.CLOSED;
        boolean thread = (flags & Task.CLONE_THREAD) != 0;
        var model = machine.taskOrStranger(Params.signed(event, thread ? PID : PTID));
        var child = model == null ? null : machine.newTask(event.tid());
        if (child == null) {
            scene.enter(null);
            return;
        }
        child.pid = Params.signed(event, PID);
        child.ptid = Params.signed(event, PTID);
        takeVirtualIds(event, child);
        child.flags = flags | Task.CLONE_INVERTED | (thread ? Task.CLONE_FILES : 0);
        boolean modelKnown = !model.isStranger();
        if (!modelKnown && thread) {
            model.pid = child.pid;
            model.ptid = child.ptid;
            model.vpid = child.vpid;
            model.vtid = model.vpid;
            machine.relate(model);
        }
        takeProgram(event, child, model);
        if (modelKnown) {
            inherit(child, model, thread);
            if (thread) {
                child.execNanos = model.execNanos;
            }
        } else if (thread) {
            machine.run(model, child.program);
        }
        takeNamespaceStart(event, child);
        takeRest(event, child, model);
        machine.enter(child);
        machine.relate(child);
        scene.enter(child);
    }

    private void takeNamespaceStart(Event event, Task child) {
        boolean inside =
                (child.flags & (Task.CHILD_IN_PID_NAMESPACE | Task.CLONE_NEWPID)) != 0 || child.tid != child.vtid;
        if (!inside) {
            child.pidNamespaceStartNanos = machine.bootNanos;
        } else if (Params.has(event, NAMESPACE_START)) {
            child.pidNamespaceStartNanos = Params.unsigned(event, NAMESPACE_START) + machine.bootNanos;
        }
    }

    // Both sides

    private static void takeVirtualIds(Event event, Task task) {
        if (Params.has(event, VPID)) {
            task.vtid = Params.signed(event, VTID);
            task.vpid = Params.signed(event, VPID);
        } else {
            task.vtid = task.tid;
            task.vpid = -1;
        }
    }

    /// The parent's program, as the same object if the event says nothing else.
    private void takeProgram(Event event, Task child, Task model) {
        var old = model.program;
        if (!Params.has(event, EXE)) { // the running kernel tells of no more than the name: the rest is the parent's
            var name = machine.kept(Params.text(event, COMM, old.comm()));
            machine.run(child, old.named(name.isEmpty() ? old.comm() : name, old.exe(), old.args()));
            return;
        }
        var exe = machine.kept(Params.text(event, EXE, old.exe()));
        var comm = Params.has(event, COMM) ? machine.kept(Params.text(event, COMM, old.comm())) : exe;
        var args = Params.list(event, ARGS, old.args(), machine.limits().listChars(), machine.losses());
        machine.run(child, old.named(comm, exe, args));
    }

    private void inherit(Task child, Task model, boolean thread) {
        child.root = model.root;
        child.sid = model.sid;
        child.vpgid = model.vpgid;
        child.pgid = model.pgid;
        child.tty = model.tty;
        child.loginuid = model.loginuid;
        child.permitted = model.permitted;
        child.inheritable = model.inheritable;
        child.effective = model.effective;
        child.exeCtimeToStartNanos = model.exeCtimeToStartNanos;
        if (!thread) {
            child.cwd = model.cwd();
            var table = model.descriptors();
            if (table != null) {
                machine.inherit(child.own(), table);
            }
        }
    }

    private void takeRest(Event event, Task child, Task model) {
        child.fdLimit = Params.has(event, FD_LIMIT) ? Params.signed(event, FD_LIMIT) : model.fdLimit;
        Memory.take(event, child, MEMORY);
        child.uid = Params.unsigned(event, UID);
        child.gid = Params.unsigned(event, GID);
        if (Params.has(event, CGROUPS)) {
            var entries = Params.list(
                    event, CGROUPS, Program.NOTHING, machine.limits().listChars(), machine.losses());
            machine.join(child, Cgroups.of(entries, model.cgroups));
        }
        child.cloneNanos = event.timeNanos();
        machine.meet(child);
    }
}
