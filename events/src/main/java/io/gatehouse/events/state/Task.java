// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;

/// A thread, as far as the events have told of it. A process is its main thread, whose tid is its pid.
///
/// What is not known is -1 for ids (0xffffffff for users and groups), 0 for times, empty for text.
public final class Task {
    static final long NO_ACCOUNT = 0xffffffffL;
    static final int CLONE_FILES = 1;
    static final int CLONE_FS = 1 << 1;
    static final int CLONE_NEWPID = 1 << 6;
    static final int CLONE_PARENT = 1 << 8;
    static final int CLONE_THREAD = 1 << 13;
    /// The child told of its birth before its parent did.
    static final int CLONE_INVERTED = 1 << 16;
    static final int NAME_CHANGED = 1 << 17;
    static final int CLOSED = 1 << 18;
    static final int ACTIVE = 1 << 19;
    static final int CLONE_NEWUSER = 1 << 20;
    static final int PIPE_SOURCE = 1 << 21;
    static final int PIPE_DESTINATION = 1 << 22;
    static final int CLONE_VFORK = 1 << 27;
    static final int CHILD_IN_PID_NAMESPACE = 1 << 29;
    static final int IS_MAIN_THREAD = 1 << 30;

    final Machine machine;
    final long tid;
    long pid = -1;
    long ptid = -1;
    long reaperTid = -1;
    long sid = -1;
    long vpgid = -1;
    long pgid = -1;
    long vtid = -1;
    long vpid = -1;
    long uid = NO_ACCOUNT;
    long gid = NO_ACCOUNT;
    long loginuid = NO_ACCOUNT;
    long permitted;
    long effective;
    long inheritable;
    int flags = NAME_CHANGED;
    long tty;
    long fdLimit = -1;
    long vmSizeKb;
    long vmRssKb;
    long vmSwapKb;
    long majorFaults;
    long minorFaults;
    long pidNamespaceStartNanos;
    long cloneNanos;
    long execNanos;
    long exeCtimeToStartNanos;
    long exeCtimeToNamespaceNanos;
    Program program;
    Cgroups cgroups = Cgroups.NONE;
    String containerId = "";
    String root = "";
    String cwd = "";
    TaskGroup group;
    DescriptorTable ownDescriptors;
    long lastDescriptor;
    /// What a live kernel tells of it; 0 in a recording. Times are those of the clock that counts from boot.
    long startNanos;

    long parentStartNanos;
    long cgroupKey;
    long commLow;
    long commHigh;
    /// The kernel's count of programs as the name was taken; -1 if it was not.
    long execId = -1;
    /// Whether the start is known to a tick of the clock only, as /proc tells it.
    boolean startIsRough;
    /// The last enter event; what it asked for until the call has returned, null if that is not known.
    int enterCode = -2;
    Asked asked;
    /// Children are a list through the tasks, the youngest first.
    Task parentInList;
    Task firstChild;
    Task nextSibling;
    Task previousSibling;
    /// Threads of a process are a list, the main one first.
    Task nextInGroup;
    Task previousInGroup;
    private User user;
    private User loginUser;
    private Group accountGroup;
    private Container container;
    private int accountsAsOf = -1;
    private int containersAsOf = -1;

    Task(Machine machine, long tid) {
        this.machine = machine;
        this.tid = tid;
        this.program = machine.noProgram;
    }

    public long tid() {
        return tid;
    }

    /// Of the process.
    public long pid() {
        return pid;
    }

    /// The thread that made it, or that adopted it since.
    public long ptid() {
        return ptid;
    }

    /// Session, as seen from its pid namespace.
    public long sid() {
        return sid;
    }

    /// Process group, as seen from its pid namespace.
    public long vpgid() {
        return vpgid;
    }

    /// Process group, as seen from the host.
    public long pgid() {
        return pgid;
    }

    /// Its id in its own pid namespace.
    public long vtid() {
        return vtid;
    }

    public long vpid() {
        return vpid;
    }

    public long uid() {
        return uid;
    }

    public long gid() {
        return gid;
    }

    /// Unsigned 32 bits; 0xffffffff if nobody logged in.
    public long loginuid() {
        return loginuid;
    }

    /// In the kernel's bits (`1 << CAP_CHOWN` is 1).
    public long permittedCapabilities() {
        return permitted;
    }

    public long effectiveCapabilities() {
        return effective;
    }

    public long inheritableCapabilities() {
        return inheritable;
    }

    /// Of the controlling terminal; 0 if there is none.
    public long tty() {
        return tty;
    }

    /// When it started, on the clock that counts from boot; 0 in a recording.
    public long startNanos() {
        return startNanos;
    }

    /// The number by which the kernel knows its control group; 0 in a recording.
    public long cgroupKey() {
        return cgroupKey;
    }

    /// In the values of capture files.
    public int flags() {
        return flags;
    }

    /// Of the process.
    public long fdLimit() {
        var main = mainThread();
        return main == null ? 0 : main.fdLimit;
    }

    public long vmSizeKb() {
        return vmSizeKb;
    }

    public long vmRssKb() {
        return vmRssKb;
    }

    public long vmSwapKb() {
        return vmSwapKb;
    }

    public long majorFaults() {
        return majorFaults;
    }

    public long minorFaults() {
        return minorFaults;
    }

    /// When the first process of its pid namespace started, since 1970.
    public long pidNamespaceStartNanos() {
        return pidNamespaceStartNanos;
    }

    /// When it was cloned, since 1970.
    public long cloneNanos() {
        return cloneNanos;
    }

    /// When it last ran a program, since 1970; 0 if not since the start of the events.
    public long execNanos() {
        return execNanos;
    }

    /// From the last change of the executable's inode to the process' start.
    public long exeCtimeToStartNanos() {
        return exeCtimeToStartNanos;
    }

    /// From the last change of the executable's inode to the start of the pid namespace.
    public long exeCtimeToNamespaceNanos() {
        return exeCtimeToNamespaceNanos;
    }

    public Program program() {
        return program;
    }

    public String comm() {
        return program.comm();
    }

    public Cgroups cgroups() {
        return cgroups;
    }

    /// Its root directory as far as chroot told of it.
    public String root() {
        return root;
    }

    /// Working directory of the process, a slash at its end.
    public String cwd() {
        var main = mainThread();
        return main == null ? "./" : main.cwd;
    }

    /// Environment of the process.
    public Program environmentOf() {
        var main = mainThread();
        return main == null ? program : main.program;
    }

    public boolean isMainThread() {
        return tid == pid || (flags & IS_MAIN_THREAD) != 0;
    }

    public boolean isInPidNamespace() {
        return (flags & CHILD_IN_PID_NAMESPACE) != 0 || tid != vtid && vtid >= 0;
    }

    /// Whether only its tid is known: it acted, but nothing had told of it.
    public boolean isStranger() {
        return pid < 0 || ptid < 0;
    }

    /// It has ended; kept until the last thread of its process has.
    public boolean hasEnded() {
        return (flags & CLOSED) != 0;
    }

    /// Marks it as ended; it stays in the table until the next event.
    void end() {
        if (!hasEnded()) {
            flags |= CLOSED;
            if (group != null) {
                group.alive--;
            }
        }
    }

    /// A main thread that ended lives again when another thread of the process runs a program: that one
    /// takes its id.
    void resurrect() {
        if (hasEnded()) {
            flags &= ~CLOSED;
            if (group != null) {
                group.alive++;
            }
        }
    }

    /// The process it belongs to; null if unknown.
    public TaskGroup group() {
        return group;
    }

    /// Null if unknown.
    public Task mainThread() {
        if (isMainThread()) {
            return this;
        }
        if (group == null) {
            return null;
        }
        var first = group.first();
        return first == null || !first.isMainThread() ? null : first;
    }

    /// Threads of the process that have not ended, the main one included.
    public int threads() {
        return group == null ? 0 : group.alive;
    }

    /// Threads of the process that have not ended, without the main one.
    public int otherThreads() {
        if (group == null) {
            return 0;
        }
        var main = mainThread();
        return main != null && !main.hasEnded() ? group.alive - 1 : group.alive;
    }

    /// The thread whose id is [#ptid]; null if unknown.
    public Task parent() {
        return machine.task(ptid);
    }

    /// The main thread of an ancestor process: 0 is its own process, 1 the parent. Null if unknown.
    public Task ancestor(int generations) {
        var task = mainThread();
        for (int i = 0; i < generations && task != null; i++) {
            var parent = machine.task(task.ptid);
            task = parent == null ? null : parent.mainThread();
        }
        return task;
    }

    /// The eldest ancestor in an unbroken line of the same session; null if unknown.
    public Task sessionLeader() {
        return machine.leader(this, sid, Machine.Line.SESSION);
    }

    /// As [#sessionLeader], of the process group as its pid namespace sees it.
    public Task virtualGroupLeader() {
        return machine.leader(this, vpgid, Machine.Line.VIRTUAL_GROUP);
    }

    /// As [#sessionLeader], of the process group as the host sees it.
    public Task groupLeader() {
        return machine.leader(this, pgid, Machine.Line.GROUP);
    }

    /// Null if the table is not known.
    public DescriptorTable descriptors() {
        if ((flags & CLONE_FILES) == 0) {
            return own();
        }
        var main = mainThread();
        return main == null ? null : main.own();
    }

    DescriptorTable own() {
        if (ownDescriptors == null) {
            ownDescriptors = new DescriptorTable();
        }
        return ownDescriptors;
    }

    /// A descriptor to be changed: a copy of its own if other processes have it, too.
    Descriptor own(Descriptor descriptor) {
        if (descriptor.holders <= 1) {
            return descriptor;
        }
        var copy = descriptor.copy();
        machine.replace(descriptors(), descriptor, copy);
        return copy;
    }

    /// Null if there is none.
    public Descriptor descriptor(long number) {
        if (number < 0) {
            return null;
        }
        var table = descriptors();
        return table == null ? null : table.find(number);
    }

    /// Empty for the host.
    public String containerId() {
        return containerId;
    }

    /// [Container#HOST] if it is in none; null if its container is known by id only.
    public Container container() {
        if (containersAsOf != machine.containers().changes()) {
            containersAsOf = machine.containers().changes();
            container = containerId.isEmpty()
                    ? Container.HOST
                    : machine.containers().byId(containerId);
        }
        return container;
    }

    /// Null if unknown.
    public User user() {
        lookUpAccounts();
        return user;
    }

    /// Who logged in; null if unknown.
    public User loginUser() {
        lookUpAccounts();
        return loginUser;
    }

    /// Null if unknown.
    public Group accountGroup() {
        lookUpAccounts();
        return accountGroup;
    }

    private void lookUpAccounts() {
        var accounts = machine.accounts();
        if (accountsAsOf == accounts.changes()) {
            return;
        }
        if (accounts.user(containerId, uid) == null || accounts.group(containerId, gid) == null) {
            accounts.lookUp(this);
        }
        accountsAsOf = accounts.changes();
        user = accounts.user(containerId, uid);
        loginUser = accounts.user(containerId, loginuid);
        accountGroup = accounts.group(containerId, gid);
    }

    /// To be called when a user, group or container id of the task has changed.
    void forgetLookups() {
        accountsAsOf = -1;
        containersAsOf = -1;
    }

    /// Moves the process to another directory, given as the caller wrote it.
    void changeDirectory(String path) {
        var main = mainThread();
        if (main == null) {
            return;
        }
        var joined = Paths.join(cwd, path);
        main.cwd = joined.endsWith("/") ? joined : joined + "/";
    }

    void addChild(Task child) {
        child.leaveSiblings();
        child.ptid = tid;
        child.parentInList = this;
        child.nextSibling = firstChild;
        if (firstChild != null) {
            firstChild.previousSibling = child;
        }
        firstChild = child;
    }

    void leaveSiblings() {
        if (parentInList == null) {
            return;
        }
        if (previousSibling == null) {
            parentInList.firstChild = nextSibling;
        } else {
            previousSibling.nextSibling = nextSibling;
        }
        if (nextSibling != null) {
            nextSibling.previousSibling = previousSibling;
        }
        parentInList = null;
        nextSibling = null;
        previousSibling = null;
    }

    @Override
    public String toString() {
        return tid + " " + program.cmdline();
    }
}
