// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Scene;
import java.io.IOException;

/// What becomes of the events of the running kernel. Called by one thread.
interface SceneUse {
    /// What was there before the first event is known.
    void begin(Machine machine) throws IOException;

    /// @param passes whether the event passes the filter
    void scene(Scene scene, boolean passes);

    /// Everything that was there was handed over.
    ///
    /// @return whether anybody still takes it
    boolean settle() throws IOException;
}
