// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Sizes and faults, and the limit of descriptors.
final class Memory {
    private static final int NOFILE = 7;

    private final Machine machine;

    Memory(Machine machine) {
        this.machine = machine;
    }

    /// Major and minor faults, size, resident, swapped: five parameters in a row, all there or none.
    static void take(Event event, Task task, int first) {
        if (!Params.has(event, first + 4)) {
            return;
        }
        task.majorFaults = Params.unsigned(event, first);
        task.minorFaults = Params.unsigned(event, first + 1);
        task.vmSizeKb = Params.unsigned(event, first + 2);
        task.vmRssKb = Params.unsigned(event, first + 3);
        task.vmSwapKb = Params.unsigned(event, first + 4);
    }

    void mapped(Event event, Scene scene) {
        var task = scene.task;
        if (Params.has(event, 1)) {
            task.vmSizeKb = Params.unsigned(event, 1);
        }
        if (Params.has(event, 3)) {
            task.vmRssKb = Params.unsigned(event, 2);
            task.vmSwapKb = Params.unsigned(event, 3);
        }
    }

    void switched(Event event, Scene scene) {
        if (!Params.has(event, 5)) {
            return;
        }
        scene.task.majorFaults = Params.unsigned(event, 1);
        scene.task.minorFaults = Params.unsigned(event, 2);
        var main = scene.task.mainThread();
        if (main != null) {
            main.vmSizeKb = Params.unsigned(event, 3);
            main.vmRssKb = Params.unsigned(event, 4);
            main.vmSwapKb = Params.unsigned(event, 5);
        }
    }

    void limited(Event event, Scene scene) {
        if (Params.result(event) >= 0 && Params.unsigned(event, 3) == NOFILE) {
            limit(scene.task, Params.signed(event, 1));
        }
    }

    void limitedOther(Event event, Scene scene) {
        if (Params.result(event) != 0 || Params.unsigned(event, 6) != NOFILE || !Params.has(event, 5)) {
            return;
        }
        long tid = Params.signed(event, 5);
        var task = machine.taskOrStranger(tid == 0 ? event.tid() : tid);
        if (task != null && !task.isStranger()) {
            limit(task, Params.signed(event, 1));
        }
    }

    private static void limit(Task task, long most) {
        var main = task.mainThread();
        if (main != null && most != -1) {
            main.fdLimit = most;
        }
    }
}
