// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// What could not be remembered, counted since the start.
public final class Losses {
    long tasks;
    long descriptors;
    long containers;
    long accounts;
    long texts;
    long cutNames;
    long unknownTasks;
    long unreadableContainers;

    Losses() {}

    /// Tasks that found the table full.
    public long tasks() {
        return tasks;
    }

    /// Descriptors that found their table, or all tables together, full.
    public long descriptors() {
        return descriptors;
    }

    public long containers() {
        return containers;
    }

    public long accounts() {
        return accounts;
    }

    /// Lists of arguments, environments and control groups that were left empty.
    public long texts() {
        return texts;
    }

    /// Names and lists that were cut.
    public long cutNames() {
        return cutNames;
    }

    /// Events of tasks that nothing had been told of.
    public long unknownTasks() {
        return unknownTasks;
    }

    /// Container events that are no JSON of the known form.
    public long unreadableContainers() {
        return unreadableContainers;
    }
}
