// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Procexit: a task ends. It is forgotten with the next event, so that rules can still see it.
final class Ends {
    private static final int REAPER = 4;

    private Ends() {}

    static void parse(Event event, Scene scene) {
        scene.task.end();
        scene.machine().forgetAfterwards(scene.task.tid);
        if (scene.task.firstChild != null) {
            scene.task.reaperTid = Params.has(event, REAPER) ? Params.signed(event, REAPER) : -1;
        }
    }
}
