// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// What a task was before the event that changed it; for an event that changed nothing here, what it is.
///
/// Rules see a task as it is after the event. Some questions are about the other side: who asked for
/// root, which capabilities the caller of unshare had.
public final class Before {
    private Task task;
    private boolean taken;
    private long uid;
    private long gid;
    private long permitted;
    private long effective;
    private long inheritable;
    private Program program;
    private String cwd = "";
    private String root = "";
    private String containerId = "";

    Before() {}

    void forget(Task ofTask) {
        task = ofTask;
        taken = false;
    }

    /// Called by a parser before its first change to the task.
    void take() {
        if (taken || task == null) {
            return;
        }
        uid = task.uid;
        gid = task.gid;
        permitted = task.permitted;
        effective = task.effective;
        inheritable = task.inheritable;
        program = task.program;
        cwd = task.cwd();
        root = task.root;
        containerId = task.containerId;
        taken = true;
    }

    /// Whether the event changed the task; if not, the answers are those of now.
    public boolean differs() {
        return taken;
    }

    public long uid() {
        return taken ? uid : task.uid;
    }

    public long gid() {
        return taken ? gid : task.gid;
    }

    public long permittedCapabilities() {
        return taken ? permitted : task.permitted;
    }

    public long effectiveCapabilities() {
        return taken ? effective : task.effective;
    }

    public long inheritableCapabilities() {
        return taken ? inheritable : task.inheritable;
    }

    public Program program() {
        return taken ? program : task.program;
    }

    public String cwd() {
        return taken ? cwd : task.cwd();
    }

    public String root() {
        return taken ? root : task.root;
    }

    public String containerId() {
        return taken ? containerId : task.containerId;
    }
}
