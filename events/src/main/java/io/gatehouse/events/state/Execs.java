// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Program.Executable;

/// Execve and execveat: the task becomes another program; its other threads end.
final class Execs {
    private static final int EXE = 1;
    private static final int ARGS = 2;
    private static final int PID = 4;
    private static final int PTID = 5;
    private static final int FD_LIMIT = 7;
    private static final int MEMORY = 8;
    private static final int COMM = 13;
    private static final int CGROUPS = 14;
    private static final int ENVIRONMENT = 15;
    private static final int TTY = 16;
    private static final int VPGID = 17;
    private static final int LOGINUID = 18;
    private static final int FLAGS = 19;
    private static final int INHERITABLE = 20;
    private static final int PERMITTED = 21;
    private static final int EFFECTIVE = 22;
    private static final int INODE = 23;
    private static final int CTIME = 24;
    private static final int MTIME = 25;
    private static final int UID = 26;
    private static final int TRUSTED_PATH = 27;
    private static final int PGID = 28;
    private static final int GID = 29;

    private static final int WRITABLE = 1;
    private static final int UPPER_LAYER = 1 << 1;
    private static final int FROM_MEMFD = 1 << 2;
    private static final int LOWER_LAYER = 1 << 3;
    private static final int AT_EMPTY_PATH = 1;
    private static final String UNKNOWN = "<NA>";

    private final Machine machine;

    Execs(Machine machine) {
        this.machine = machine;
    }

    void parse(Event event, Scene scene) {
        if (Params.result(event) < 0) {
            return;
        }
        var task = scene.task;
        scene.before().take();
        task.resurrect();
        task.execNanos = event.timeNanos();
        task.pid = Params.signed(event, PID);
        if (task.isStranger()) {
            introduce(event, task);
        }
        task.fdLimit = Params.signed(event, FD_LIMIT);
        Memory.take(event, task, MEMORY);
        takeCgroups(event, task);
        machine.run(task, program(event, scene));
        takeTerminalAndGroups(event, task);
        takeCredentials(event, task);
        takeTimes(event, task);
        task.forgetLookups();
        machine.meet(task);
        closeOnExec(task);
        int kept = Task.PIPE_SOURCE | Task.PIPE_DESTINATION | Task.IS_MAIN_THREAD | Task.CLONE_INVERTED;
        task.flags = task.flags & kept | Task.ACTIVE | Task.NAME_CHANGED;
        endOtherThreads(task);
    }

    /// Of a task that nothing had told of, the event tells the parent.
    private void introduce(Event event, Task task) {
        task.ptid = Params.signed(event, PTID);
        if ((task.flags & Task.CHILD_IN_PID_NAMESPACE) == 0) {
            task.vtid = task.tid;
            task.vpid = task.pid;
        }
        machine.relate(task);
    }

    private void takeCgroups(Event event, Task task) {
        if (Params.has(event, CGROUPS)) {
            var entries = Params.list(
                    event, CGROUPS, Program.NOTHING, machine.limits().listChars(), machine.losses());
            machine.join(task, Cgroups.of(entries, task.cgroups));
        }
    }

    private Program program(Event event, Scene scene) {
        var old = scene.task.program;
        int most = machine.limits().listChars();
        var exe = machine.kept(Params.text(event, EXE, old.exe()));
        var comm = Params.has(event, COMM) ? machine.kept(Params.text(event, COMM, old.comm())) : exe;
        var args = Params.list(event, ARGS, old.args(), most, machine.losses());
        var environment = Params.has(event, ENVIRONMENT)
                ? Params.list(event, ENVIRONMENT, old.environment(), most, machine.losses())
                : old.environment();
        return new Program(comm, exe, machine.kept(path(event, scene)), args, environment, file(event, old.file()));
    }

    /// What the kernel resolved; in older recordings, what the caller asked for.
    private static String path(Event event, Scene scene) {
        if (Params.has(event, TRUSTED_PATH)) {
            return Params.text(event, TRUSTED_PATH, scene.task.program.path());
        }
        var asked = scene.asked();
        if (asked == null) {
            return scene.task.program.path();
        }
        var path = asked.path() == null ? "" : asked.path();
        if (asked.code() != Scene.EXECVEAT_ENTER) {
            return path.equals(UNKNOWN) ? UNKNOWN : Paths.join(scene.task.cwd(), path);
        }
        var directory = Directories.of(scene.task, asked.directory(), path);
        boolean unknown = directory.equals(Directories.UNKNOWN);
        if (!unknown && !path.startsWith("/")) {
            scene.take(scene.task.descriptor(asked.directory()));
        }
        boolean empty = (asked.flags() & AT_EMPTY_PATH) != 0;
        if (!empty && path.equals(UNKNOWN) || unknown) {
            return UNKNOWN;
        }
        return empty ? Paths.join("", directory) : Paths.join(directory, path);
    }

    private static Executable file(Event event, Executable old) {
        long inode = old.inode();
        long ctime = old.ctimeNanos();
        long mtime = old.mtimeNanos();
        if (Params.has(event, MTIME)) {
            inode = Params.unsigned(event, INODE);
            ctime = Params.unsigned(event, CTIME);
            mtime = Params.unsigned(event, MTIME);
        }
        if (!Params.has(event, FLAGS)) {
            return new Executable(
                    inode, ctime, mtime, old.writable(), old.upperLayer(), old.lowerLayer(), old.fromMemfd());
        }
        int flags = Params.flags(event, FLAGS);
        return new Executable(
                inode,
                ctime,
                mtime,
                (flags & WRITABLE) != 0,
                (flags & UPPER_LAYER) != 0,
                (flags & LOWER_LAYER) != 0,
                (flags & FROM_MEMFD) != 0);
    }

    private static void takeTerminalAndGroups(Event event, Task task) {
        if (Params.has(event, TTY)) {
            task.tty = Params.unsigned(event, TTY);
        }
        if (Params.has(event, VPGID)) {
            task.vpgid = Params.signed(event, VPGID);
        }
        task.pgid = Params.has(event, PGID) ? Params.signed(event, PGID) : -1;
    }

    private static void takeCredentials(Event event, Task task) {
        if (Params.has(event, LOGINUID)) {
            task.loginuid = Params.unsigned(event, LOGINUID);
        }
        if (Params.has(event, EFFECTIVE)) {
            task.inheritable = Params.unsigned(event, INHERITABLE);
            task.permitted = Params.unsigned(event, PERMITTED);
            task.effective = Params.unsigned(event, EFFECTIVE);
        }
        if (Params.has(event, UID)) {
            task.uid = Params.unsigned(event, UID);
        }
        if (Params.has(event, GID)) {
            task.gid = Params.unsigned(event, GID);
        }
    }

    private static void takeTimes(Event event, Task task) {
        if (!Params.has(event, MTIME)) {
            return;
        }
        long ctime = task.program.file().ctimeNanos();
        if (task.cloneNanos != 0) {
            task.exeCtimeToStartNanos = task.cloneNanos - ctime;
        }
        if (task.pidNamespaceStartNanos != 0 && Long.compareUnsigned(ctime, task.pidNamespaceStartNanos) > 0) {
            task.exeCtimeToNamespaceNanos = ctime - task.pidNamespaceStartNanos;
        }
    }

    private void closeOnExec(Task task) {
        var table = task.descriptors();
        if (table != null) {
            machine.close(table, Descriptor::closesOnExec);
        }
    }

    private void endOtherThreads(Task task) {
        if (task.group == null || task.group.alive <= 1) {
            return;
        }
        var other = task.group.first();
        while (other != null) {
            var next = other.nextInGroup;
            if (other != task && !other.isMainThread()) {
                machine.forget(other.tid);
            }
            other = next;
        }
    }
}
