// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.Scene;

/// The descriptor that an event is about, as `fd.*` see it.
final class Descriptors {
    private Descriptors() {}

    /// Whether the event is one that makes, uses or ends a descriptor, and it is known who did it.
    static boolean concerns(Scene scene) {
        return KindFacts.HAS_DESCRIPTOR[scene.event().code()] && scene.task() != null;
    }

    /// Null if it is not known, or the event is about none.
    static Descriptor of(Scene scene) {
        if (!concerns(scene)) {
            return null;
        }
        var descriptor = scene.descriptor();
        return descriptor != null ? descriptor : scene.task().descriptor(scene.descriptorNumber());
    }
}
