// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import java.util.Arrays;

/// Starts of calls: what is asked for is kept until the call returns.
final class Questions {
    private static final int MOST_ADDRESS_BYTES = 128;

    private final Machine machine;

    Questions(Machine machine) {
        this.machine = machine;
    }

    void path(Event event, Scene scene) {
        if (Params.has(event, 0)) {
            ask(event, scene, event.text(0), 0, Params.flags(event, 1));
        }
    }

    void pathIn(Event event, Scene scene) {
        if (Params.has(event, 0)) {
            ask(event, scene, event.text(1), Params.signed(event, 0), Params.flags(event, 2));
        }
    }

    private void ask(Event event, Scene scene, String path, long directory, int flags) {
        var kept = path == null ? null : machine.kept(path);
        machine.ask(scene.task, new Asked(event.code(), kept, directory, flags, null));
    }

    void address(Event event, Scene scene) {
        byte[] address = null;
        int length = Math.min(event.length(1), MOST_ADDRESS_BYTES);
        if (length > 0) {
            int offset = event.offset(1);
            address = Arrays.copyOfRange(event.bytes(), offset, offset + length);
        }
        machine.ask(scene.task, new Asked(event.code(), null, 0, 0, address));
    }
}
