// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.fields.FieldTable.NumberOfTask;
import io.gatehouse.events.fields.FieldTable.TextOfTask;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import java.util.Arrays;

/// Parents and their parents.
final class AncestorFields {
    /// How far up a variable is looked for.
    private static final int FARTHEST = 20;

    private AncestorFields() {}

    static void into(FieldTable table) {
        table.text("proc.pname", parent(Task::comm))
                .text("proc.pexe", parent(task -> task.program().exe()))
                .text("proc.pexepath", parent(task -> task.program().path()))
                .text("proc.pcmdline", parent(task -> task.program().cmdline()))
                .number("proc.ppid", number(1, task -> ProcessFields.id(task.pid())))
                .number("proc.ppid.duration", scene -> ProcessFields.age(scene, ancestor(scene, 1)))
                .number("proc.ppid.ts", scene -> byId(scene, Task::cloneNanos))
                .number("proc.pvpid", scene -> byId(scene, Task::vpid))
                .own("proc.aname", () -> new All(Task::comm), generation -> one(generation, Task::comm))
                .own(
                        "proc.aexe",
                        () -> new All(task -> task.program().exe()),
                        generation -> one(generation, task -> task.program().exe()))
                .own(
                        "proc.aexepath",
                        () -> new All(task -> task.program().path()),
                        generation -> one(generation, task -> task.program().path()))
                .own(
                        "proc.acmdline",
                        () -> new All(task -> task.program().cmdline()),
                        generation -> one(generation, task -> task.program().cmdline()))
                .own(
                        "proc.apid",
                        AllIds::new,
                        generation -> number(generation(generation), task -> ProcessFields.id(task.pid())))
                .own(
                        "proc.aenv",
                        () -> new All(task -> task.environmentOf().environmentText()),
                        AncestorFields::environment)
                .asked(
                        "proc.aargs",
                        (Reader.OfText<Scene>) AncestorFields::allArgs,
                        generation -> one(generation, task -> task.program().argsText()))
                .own("proc.loginshellid", LoginShell::new);
    }

    /// The main thread of an ancestor: 0 is its own process, 1 the parent; null if unknown.
    private static Task ancestor(Scene scene, int generations) {
        return scene.task() == null ? null : scene.task().ancestor(generations);
    }

    private static Reader.OfText<Scene> parent(TextOfTask answer) {
        return text(1, answer);
    }

    private static Reader.OfText<Scene> one(String generation, TextOfTask answer) {
        return text(generation(generation), answer);
    }

    private static int generation(String argument) {
        return ProcessFields.index(argument);
    }

    private static Reader.OfText<Scene> text(int generations, TextOfTask answer) {
        return scene -> {
            var task = generations < 0 ? null : ancestor(scene, generations);
            return task == null ? null : answer.of(task);
        };
    }

    private static Reader.OfNumber<Scene> number(int generations, NumberOfTask answer) {
        return scene -> {
            var task = generations < 0 ? null : ancestor(scene, generations);
            return task == null ? MISSING : answer.of(task);
        };
    }

    /// Of the thread that made this one, whether it is a main thread or not.
    private static long byId(Scene scene, NumberOfTask answer) {
        var parent = scene.task() == null ? null : scene.task().parent();
        return parent == null ? MISSING : answer.of(parent);
    }

    /// The nearest ancestor's value of a variable; or all of one ancestor's, if the argument is a number.
    private static Reader.OfText<Scene> environment(String argument) {
        int generations = ProcessFields.index(argument);
        if (generations >= 0) {
            return scene -> {
                var task = generations == 0 ? scene.task() : parent(scene, generations);
                return task == null ? null : task.environmentOf().environmentText();
            };
        }
        return scene -> scene.task() == null ? null : inherited(scene.task(), argument);
    }

    /// Counted by threads that made one another, as Falco does for environments.
    private static Task parent(Scene scene, int generations) {
        var task = scene.task() == null ? null : scene.task().mainThread();
        for (int i = 0; i < generations && task != null; i++) {
            task = task.parent();
        }
        return task;
    }

    private static String inherited(Task task, String name) {
        var ancestor = task.mainThread();
        for (int i = 0; i < FARTHEST && ancestor != null; i++) {
            ancestor = ancestor.parent();
            if (ancestor != null) {
                var value = ProcessFields.variable(ancestor, name);
                if (!value.isEmpty()) {
                    return value;
                }
            }
        }
        return "";
    }

    private static String allArgs(Scene scene) {
        var text = new StringBuilder();
        var line = new Line().from(scene);
        for (var task = line.next(); task != null; task = line.next()) {
            text.append(text.isEmpty() ? "" : " ").append(task.program().argsText());
        }
        return text.isEmpty() ? null : text.toString();
    }

    /// The eldest in line, itself included, whose name ends as those of shells do.
    private static final class LoginShell implements Reader.OfNumber<Scene> {
        private final Line line = new Line();

        @Override
        public long read(Scene scene) {
            var own = scene.task() == null ? null : scene.task().mainThread();
            if (own == null) {
                return MISSING;
            }
            long shell = own.comm().endsWith("sh") ? own.pid() : MISSING;
            line.from(scene);
            for (var task = line.next(); task != null; task = line.next()) {
                if (task.comm().endsWith("sh")) {
                    shell = task.pid();
                }
            }
            return shell;
        }
    }

    /// Goes up from the parent; ends where one is unknown, or where they turn in a circle, as a hostile file may have
    /// them.
    private static final class Line {
        private Task slow;
        private Task fast;
        private boolean started;

        Line from(Scene scene) {
            slow = scene.task() == null ? null : scene.task().mainThread();
            fast = null;
            started = false;
            return this;
        }

        Task next() {
            if (slow == null) {
                return null;
            }
            var next = slow.parent();
            if (next == null || started && next == slow) {
                slow = null;
                return null;
            }
            if (started) {
                for (int step = 0; step < 2 && fast != null; step++) {
                    fast = fast.parent();
                    if (fast == next) {
                        slow = null;
                        return null;
                    }
                }
            } else {
                fast = next.parent();
                started = true;
            }
            slow = next;
            return next;
        }
    }

    /// Every ancestor's text. The room for as many as there were is used again for the next event that has as many.
    private static final class All implements Reader.OfTexts<Scene> {
        private static final String[] NONE = {};

        private final TextOfTask answer;
        private final Line line = new Line();
        private String[] found = new String[16];
        private String[][] bySize = new String[0][];

        All(TextOfTask answer) {
            this.answer = answer;
        }

        @Override
        public String[] read(Scene scene) {
            int size = 0;
            line.from(scene);
            for (var task = line.next(); task != null; task = line.next()) {
                if (size == found.length) {
                    found = Arrays.copyOf(found, 2 * size);
                }
                found[size++] = answer.of(task);
            }
            if (size == 0) {
                return NONE;
            }
            if (size >= bySize.length) {
                bySize = Arrays.copyOf(bySize, 2 * size);
            }
            if (bySize[size] == null) {
                bySize[size] = new String[size];
            }
            System.arraycopy(found, 0, bySize[size], 0, size);
            return bySize[size];
        }
    }

    /// As [All], of process ids.
    private static final class AllIds implements Reader.OfNumbers<Scene> {
        private static final long[] NONE = {};

        private final Line line = new Line();
        private long[] found = new long[16];
        private long[][] bySize = new long[0][];

        @Override
        public long[] read(Scene scene) {
            int size = 0;
            line.from(scene);
            for (var task = line.next(); task != null; task = line.next()) {
                if (size == found.length) {
                    found = Arrays.copyOf(found, 2 * size);
                }
                found[size++] = task.pid();
            }
            if (size == 0) {
                return NONE;
            }
            if (size >= bySize.length) {
                bySize = Arrays.copyOf(bySize, 2 * size);
            }
            if (bySize[size] == null) {
                bySize[size] = new long[size];
            }
            System.arraycopy(found, 0, bySize[size], 0, size);
            return bySize[size];
        }
    }
}
