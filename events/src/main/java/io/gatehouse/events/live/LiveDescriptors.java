// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.KernelFacts;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;

/// The open files and sockets that a record describes, as descriptors of the task.
final class LiveDescriptors {
    private final KernelFacts facts;

    LiveDescriptors(KernelFacts facts) {
        this.facts = facts;
    }

    void given(LiveRecord record, Event event, Task task) {}

    void returned(LiveRecord record, Scene scene) {}
}
