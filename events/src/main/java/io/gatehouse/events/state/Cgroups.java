// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// The control groups of a task, and the container that they tell of. Shared by all tasks that inherited
/// them; immutable but for texts that are joined when first asked for.
public final class Cgroups {
    static final Cgroups NONE = new Cgroups(Program.NOTHING, Program.NOTHING);

    private final String[] subsystems;
    private final String[] paths;
    private final ContainerIds.Found container;
    private String text;
    int holders;

    Cgroups(String[] subsystems, String[] paths) {
        this.subsystems = subsystems;
        this.paths = paths;
        this.container = ContainerIds.in(this);
    }

    /// From `subsystem=path` each; a list with an entry of another form is not believed.
    static Cgroups of(String[] entries, Cgroups known) {
        var subsystems = new String[entries.length];
        var paths = new String[entries.length];
        boolean same = entries.length == known.paths.length;
        for (int i = 0; i < entries.length; i++) {
            int equals = entries[i].indexOf('=');
            if (equals < 0) {
                return known;
            }
            subsystems[i] = subsystem(entries[i].substring(0, equals));
            paths[i] = entries[i].substring(equals + 1);
            same = same && subsystems[i].equals(known.subsystems[i]) && paths[i].equals(known.paths[i]);
        }
        return same ? known : new Cgroups(subsystems, paths);
    }

    /// The kernel's internal names as those of the mounted hierarchies.
    private static String subsystem(String internal) {
        var name = internal.replace("_cgroup", "");
        return switch (name) {
            case "perf" -> "perf_event";
            case "mem" -> "memory";
            case "io" -> "blkio";
            default -> name;
        };
    }

    public int size() {
        return paths.length;
    }

    public String subsystem(int index) {
        return subsystems[index];
    }

    public String path(int index) {
        return paths[index];
    }

    /// The path in one subsystem; null if the task is in no group of it.
    public String path(String subsystem) {
        for (int i = 0; i < subsystems.length; i++) {
            if (subsystems[i].equals(subsystem)) {
                return paths[i];
            }
        }
        return null;
    }

    /// `subsystem=path`, a blank between; null if there is none.
    public String text() {
        if (text == null && paths.length > 0) {
            var all = new StringBuilder();
            for (int i = 0; i < paths.length; i++) {
                all.append(i == 0 ? "" : " ").append(subsystems[i]).append('=').append(paths[i]);
            }
            text = all.toString();
        }
        return text;
    }

    /// What the paths tell of the container whose groups they are.
    ContainerIds.Found container() {
        return container;
    }

    int weight() {
        int weight = 0;
        for (int i = 0; i < paths.length; i++) {
            weight += subsystems[i].length() + paths[i].length();
        }
        return weight;
    }
}
