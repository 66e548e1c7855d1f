// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// A process: the threads that share its pid.
public final class TaskGroup {
    private final long pid;
    /// A list through the tasks, the main thread first.
    private Task first;
    private Task last;
    int alive;
    /// Adopts orphans: the first process of a pid namespace, or one that asked for them.
    boolean reaper;

    TaskGroup(long pid, boolean reaper) {
        this.pid = pid;
        this.reaper = reaper;
    }

    public long pid() {
        return pid;
    }

    /// Threads that have not ended.
    public int alive() {
        return alive;
    }

    public boolean isReaper() {
        return reaper;
    }

    /// The main thread stands first, if it is known.
    Task first() {
        return first;
    }

    void add(Task task) {
        alive++;
        task.group = this;
        if (first == null) {
            first = task;
            last = task;
        } else if (task.isMainThread()) {
            task.nextInGroup = first;
            first.previousInGroup = task;
            first = task;
        } else {
            task.previousInGroup = last;
            last.nextInGroup = task;
            last = task;
        }
    }

    void remove(Task task) {
        if (task.previousInGroup == null) {
            first = task.nextInGroup;
        } else {
            task.previousInGroup.nextInGroup = task.nextInGroup;
        }
        if (task.nextInGroup == null) {
            last = task.previousInGroup;
        } else {
            task.nextInGroup.previousInGroup = task.previousInGroup;
        }
        task.previousInGroup = null;
        task.nextInGroup = null;
        task.group = null;
    }

    /// A thread that has not ended, other than this one; null if there is none.
    Task living(Task but) {
        for (var task = first; task != null; task = task.nextInGroup) {
            if (task != but && !task.hasEnded()) {
                return task;
            }
        }
        return null;
    }
}
