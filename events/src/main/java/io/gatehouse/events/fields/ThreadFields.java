// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;

/// The thread: ids, capabilities, control groups, and the processor time that some events tell of.
final class ThreadFields {
    private ThreadFields() {}

    static void into(FieldTable table) {
        table.number("thread.tid", scene -> ProcessFields.id(scene.event().tid()))
                .taskTruth("thread.ismain", Task::isMainThread)
                .taskNumber("thread.vtid", task -> ProcessFields.known(task.vtid()))
                .taskText("thread.cap_permitted", task -> Capabilities.text(task.permittedCapabilities()))
                .taskText("thread.cap_inheritable", task -> Capabilities.text(task.inheritableCapabilities()))
                .taskText("thread.cap_effective", task -> Capabilities.text(task.effectiveCapabilities()))
                .text(
                        "thread.cap_effective.before",
                        scene -> scene.task() == null
                                ? null
                                : Capabilities.text(scene.before().effectiveCapabilities()))
                .text(
                        "thread.cap_permitted.before",
                        scene -> scene.task() == null
                                ? null
                                : Capabilities.text(scene.before().permittedCapabilities()))
                .taskNumber("thread.pfmajor", Task::majorFaults)
                .taskNumber("thread.pfminor", Task::minorFaults)
                .taskNumber("thread.vmsize", task -> task.isMainThread() ? task.vmSizeKb() : 0)
                .taskNumber("thread.vmrss", task -> task.isMainThread() ? task.vmRssKb() : 0)
                .taskText("thread.cgroups", task -> task.cgroups().text())
                .asked("thread.cgroup", ThreadFields::cgroup)
                .own("thread.exectime", Turn::new)
                .own("thread.totexectime", Turns::new)
                .own("thread.cpu", () -> new Load(0, 1))
                .own("thread.cpu.user", () -> new Load(0))
                .own("thread.cpu.system", () -> new Load(1));
    }

    private static Reader.OfText<Scene> cgroup(String subsystem) {
        return scene -> scene.task() == null ? null : scene.task().cgroups().path(subsystem);
    }

    /// How long the thread ran that a processor leaves; 0 for other events.
    private static final class Turn implements Reader.OfNumber<Scene> {
        private static final int MOST_CPUS = 1 << 16;

        private long[] lastSwitch = new long[8];

        @Override
        public long read(Scene scene) {
            var event = scene.event();
            int cpu = event.cpu();
            if (event.code() != KindFacts.SWITCH || cpu < 0 || cpu >= MOST_CPUS) {
                return 0;
            }
            if (cpu >= lastSwitch.length) {
                lastSwitch = Arrays.copyOf(lastSwitch, Integer.highestOneBit(cpu) << 1);
            }
            long since = lastSwitch[cpu] == 0 ? 0 : event.timeNanos() - lastSwitch[cpu];
            lastSwitch[cpu] = event.timeNanos();
            return since;
        }
    }

    /// The sum of a thread's turns.
    private static final class Turns implements Reader.OfNumber<Scene> {
        private final Turn turn = new Turn();
        private final Map<Task, long[]> sums = new WeakHashMap<>();

        @Override
        public long read(Scene scene) {
            long nanos = turn.read(scene);
            if (scene.task() == null) {
                return MISSING;
            }
            if (nanos == 0) {
                var sum = sums.get(scene.task());
                return sum == null ? 0 : sum[0];
            }
            return sums.computeIfAbsent(scene.task(), _ -> new long[1])[0] += nanos;
        }
    }

    /// Processor time since the last time it was told, at most 100; told by `procinfo` events only.
    private static final class Load implements Reader.OfNumber<Scene> {
        private static final double MOST = 100;

        private final int[] params;
        private final Map<Task, long[]> last = new WeakHashMap<>();

        /// @param params which of the event's parameters count
        Load(int... params) {
            this.params = params;
        }

        @Override
        public long read(Scene scene) {
            if (scene.event().code() != KindFacts.PROCINFO || scene.task() == null) {
                return MISSING;
            }
            long now = 0;
            for (int param : params) {
                long part = scene.event().number(param);
                now += part == MISSING ? 0 : part;
            }
            var before = last.computeIfAbsent(scene.task(), _ -> new long[1]);
            double load = before[0] == 0 ? 0 : Math.min(MOST, now - before[0]);
            before[0] = now;
            return Double.doubleToRawLongBits(load);
        }
    }
}
