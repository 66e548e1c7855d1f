// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.events.capture.CaptureCopy;
import io.gatehouse.events.capture.CaptureFiles;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.live.Recorded;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Portrait;
import io.gatehouse.events.state.Scene;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Writes a capture of the running kernel: what was there, then what happened, and of every container what its runtime
/// says before the first event of it that is written.
final class LiveWriting implements SceneUse {
    private static final int MOST_CONTAINERS = 16_384;

    private final WriteOptions options;
    private final Recorded recorded = new Recorded();
    private final Map<String, Container> told = new HashMap<>();
    private CaptureFiles files;
    private CaptureVisitor to;
    private long lastNanos;

    LiveWriting(WriteOptions options) {
        this.options = options;
    }

    @Override
    public void begin(Machine machine) throws IOException {
        files = options.open(next -> Portrait.tell(machine, lastNanos, next));
        to = options.into(files);
        to.section();
        Portrait.tell(machine, machine.bootNanos(), to);
        files.flush();
    }

    /// Events that do not pass but change the state are written for the state alone, as in a copy.
    @Override
    public void scene(Scene scene, boolean passes) {
        lastNanos = scene.event().timeNanos();
        tellContainer(scene);
        if (passes) {
            to.event(recorded.of(scene));
        } else if (CaptureCopy.changesState(scene.event().type())) {
            to.stateOnly(recorded.of(scene));
        }
    }

    private void tellContainer(Scene scene) {
        var container = scene.task() == null ? Container.HOST : scene.task().container();
        if (container == null || container == Container.HOST || told.get(container.id()) == container) {
            return;
        }
        if (told.size() >= MOST_CONTAINERS) {
            told.clear(); // told again, some of them
        }
        told.put(container.id(), container);
        to.stateOnly(Portrait.event(container, lastNanos));
    }

    @Override
    public boolean settle() throws IOException {
        files.flush();
        return true;
    }

    /// @param sound whether everything could be written
    void end(boolean sound) throws IOException {
        if (files == null) {
            return;
        }
        if (sound) {
            files.close();
        } else {
            files.abandon();
        }
    }
}
