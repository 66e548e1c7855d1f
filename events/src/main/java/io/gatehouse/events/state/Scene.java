// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;

/// What an event is about: who did it, with which descriptor, and how it was before. What field readers
/// are given.
///
/// One object is filled again for every event; nothing of it lasts. The task and the descriptor are as
/// they are after the event, but what the event ended is still here: the descriptor of a close, the task
/// of an exit.
public final class Scene {
    static final int EXECVEAT_ENTER = 330;
    static final int EXECVE_EXIT = 293;

    private final Machine machine;
    private final Before before = new Before();
    Event event;
    Task task;
    Descriptor descriptor;
    String nameBefore;
    Container container;
    int error;
    private String resolvedName;
    private Descriptor resolved;
    private boolean usesResolved;

    Scene(Machine machine) {
        this.machine = machine;
    }

    void begin(Event of) {
        event = of;
        task = null;
        descriptor = null;
        nameBefore = null;
        container = null;
        error = 0;
        resolvedName = null;
        resolved = null;
        usesResolved = false;
    }

    void enter(Task actor) {
        task = actor;
        before.forget(actor);
    }

    void take(Descriptor used) {
        descriptor = used;
        nameBefore = used == null ? null : used.name;
    }

    /// Takes a descriptor that the event made; its name is new.
    void takeNew(Descriptor made) {
        descriptor = made;
        nameBefore = "";
    }

    /// The descriptor, to be changed.
    Descriptor change() {
        descriptor = task.own(descriptor);
        return descriptor;
    }

    /// What the call was given when it began; null if that is not known.
    Asked asked() {
        var asked = task.asked;
        if (asked == null) {
            return null;
        }
        int code = event.code();
        boolean same = asked.code() == code - 1 || asked.code() == EXECVEAT_ENTER && code == EXECVE_EXIT;
        return same ? asked : null;
    }

    public Machine machine() {
        return machine;
    }

    public Event event() {
        return event;
    }

    /// Who did it; null if no task did, or none that there was room for.
    public Task task() {
        return task;
    }

    /// What it was done with; null if the event uses none or it is not known.
    public Descriptor descriptor() {
        return usesResolved ? resolved : descriptorAsAsked();
    }

    private Descriptor descriptorAsAsked() {
        return descriptor != null || task == null ? descriptor : task.descriptor(task.lastDescriptor);
    }

    /// The path of the descriptor's file as the kernel has it now, from the root of its mount namespace, where
    /// that is another than its name: the name led over a link, through another root, or the file was moved
    /// since. Null if it is the name, or not known.
    public String resolvedName() {
        return resolvedName;
    }

    void resolve(String name) {
        resolvedName = name;
    }

    /// Lets [#descriptor] answer with the kernel's own path as the name, or again with the name as asked for.
    /// Its raw name is what was asked for, either way. Falls back by itself when the next event begins.
    ///
    /// @return whether there is another name to be used
    public boolean useResolvedName(boolean use) {
        if (!use || resolvedName == null) {
            usesResolved = false;
            return false;
        }
        if (resolved == null) {
            var asked = descriptorAsAsked();
            if (asked == null) {
                return false;
            }
            resolved = asked.copy();
            resolved.name = resolvedName;
        }
        usesResolved = true;
        return true;
    }

    /// Whether [#descriptor] answers with the kernel's own path.
    public boolean usesResolvedName() {
        return usesResolved;
    }

    /// The number it was done with, even if nothing is known of it; -1 if there is none, [Reader#MISSING]
    /// if there is no task.
    public long descriptorNumber() {
        return task == null ? Reader.MISSING : task.lastDescriptor;
    }

    /// Whether the event gave its descriptor another name.
    public boolean nameChanged() {
        return descriptor != null && nameBefore != null && !nameBefore.equals(descriptor.name);
    }

    /// The errno of a failed call, 0 if it did not fail.
    public int error() {
        return error;
    }

    /// The container that a container event tells of, else the task's; null if unknown.
    public Container container() {
        return container != null ? container : task == null ? null : task.container();
    }

    /// Empty for the host, null if there is no task either.
    public String containerId() {
        return container != null ? container.id() : task == null ? null : task.containerId;
    }

    /// Not to be asked if there is no task.
    public Before before() {
        return before;
    }
}
