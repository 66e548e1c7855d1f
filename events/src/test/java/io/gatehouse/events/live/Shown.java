// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;

/// A machine that is told records one after the other, and what rules see of them.
final class Shown {
    static final long BOOT_NANOS = 1_700_000_000_000_000_000L;

    final LiveEvents events = new LiveEvents(BOOT_NANOS);
    final State state = new State(Limits.DEFAULT);
    private final SyscallFields fields = new SyscallFields(ZoneOffset.UTC);
    private long number;

    /// An event of its own; null if there is nothing to tell.
    Event event(Records records) {
        var event = new Event();
        return events.fill(records.record(), event, ++number) ? event : null;
    }

    Scene scene(Records records) {
        return state.apply(event(records));
    }

    /// The name of the event and its arguments.
    String line(Records records) {
        var scene = scene(records);
        var args = field(scene, "evt.args");
        return field(scene, "evt.type") + (args.isEmpty() ? "" : " " + args);
    }

    String field(Scene scene, String field) {
        return switch (fields.bind(FieldCatalogue.current().byName(field).orElseThrow(), Optional.empty())) {
            case Reader.OfText<Scene> text -> text.read(scene) == null ? "(missing)" : text.read(scene);
            case Reader.OfNumber<Scene> number -> {
                long value = number.read(scene);
                yield value == Reader.MISSING ? "(missing)" : Long.toString(value);
            }
            case Reader.OfTexts<Scene> texts -> Arrays.toString(texts.read(scene));
            case Reader.OfNumbers<Scene> numbers -> Arrays.toString(numbers.read(scene));
        };
    }
}
