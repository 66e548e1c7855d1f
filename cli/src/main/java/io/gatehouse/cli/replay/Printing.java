// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.engine.format.Formatter;
import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Scene;
import java.io.PrintWriter;

/// Prints events, a line each.
///
/// @param json the fields of the format instead of its text
/// @param internal also what a recorder writes for itself
record Printing(PrintWriter out, Formatter<Scene> formatter, boolean json, boolean internal) implements SceneUse {
    void print(Scene scene) {
        if (!internal && scene.event().type().category().equals("internal")) {
            return;
        }
        if (json) {
            out.println(formatter.json(scene));
        } else {
            formatter.line(scene).ifPresent(out::println);
        }
    }

    @Override
    public void begin(Machine machine) {}

    @Override
    public void scene(Scene scene, boolean passes) {
        if (passes) {
            print(scene);
        }
    }

    /// Whoever read the lines may have gone, as `head` does.
    @Override
    public boolean settle() {
        return !out.checkError();
    }
}
