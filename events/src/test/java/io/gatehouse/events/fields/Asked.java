// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;

/// Asks scenes for fields as rules write them: `proc.aname[2]`.
final class Asked {
    private static final SyscallFields FIELDS = new SyscallFields(ZoneOffset.UTC);

    private Asked() {}

    /// The value as text; `(missing)` if there is none.
    static String value(Scene scene, String field) {
        return switch (reader(field)) {
            case Reader.OfText<Scene> text -> text.read(scene) == null ? "(missing)" : text.read(scene);
            case Reader.OfNumber<Scene> number -> {
                long value = number.read(scene);
                yield value == Reader.MISSING ? "(missing)" : Long.toString(value);
            }
            case Reader.OfTexts<Scene> texts -> Arrays.toString(texts.read(scene));
            case Reader.OfNumbers<Scene> numbers -> Arrays.toString(numbers.read(scene));
        };
    }

    static Reader<Scene> reader(String field) {
        int bracket = field.indexOf('[');
        var name = bracket < 0 ? field : field.substring(0, bracket);
        var argument =
                bracket < 0 ? Optional.<String>empty() : Optional.of(field.substring(bracket + 1, field.length() - 1));
        return FIELDS.bind(FieldCatalogue.current().byName(name).orElseThrow(), argument);
    }
}
