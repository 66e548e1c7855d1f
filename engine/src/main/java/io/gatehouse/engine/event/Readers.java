// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.event;

import io.gatehouse.schemas.field.Field;
import java.util.Optional;

/// Answers the fields of one source.
public interface Readers<E> {
    /// A reader for the field with this argument, which is already checked to be of the field's form.
    ///
    /// Its kind fits type and shape: text or number by [io.gatehouse.schemas.field.FieldType#isText]; several
    /// values for a list, and for a field of several candidates when it is asked without an argument.
    Reader<E> bind(Field field, Optional<String> argument);
}
