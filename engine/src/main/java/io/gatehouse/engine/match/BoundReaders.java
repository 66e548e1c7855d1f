// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.schemas.field.Field;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Binds a field once, however often it is asked for. Any thread.
final class BoundReaders<E> implements Readers<E> {
    private record Use(Field field, Optional<String> argument) {}

    private final Readers<E> readers;
    private final Map<Use, Reader<E>> bound = new ConcurrentHashMap<>();

    BoundReaders(Readers<E> readers) {
        this.readers = readers;
    }

    @Override
    public Reader<E> bind(Field field, Optional<String> argument) {
        return bound.computeIfAbsent(new Use(field, argument), _ -> readers.bind(field, argument));
    }
}
