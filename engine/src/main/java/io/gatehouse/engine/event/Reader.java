// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.event;

/// Reads one field, with its argument, from events of one source.
///
/// @param <E> the event, as its source gives it
public sealed interface Reader<E> {
    /// What a number reader answers for a value that is not there. No field has it as a value.
    long MISSING = Long.MIN_VALUE;

    /// Text, bytes and addresses; null is missing.
    @FunctionalInterface
    non-sealed interface OfText<E> extends Reader<E> {
        String read(E event);
    }

    /// Numbers, booleans (0 and 1), times, and doubles as [Double#doubleToRawLongBits]; unsigned ones as their 64 bits.
    @FunctionalInterface
    non-sealed interface OfNumber<E> extends Reader<E> {
        long read(E event);
    }

    /// A field of several values; null or empty is missing. The caller does not change the array.
    @FunctionalInterface
    non-sealed interface OfTexts<E> extends Reader<E> {
        String[] read(E event);
    }

    @FunctionalInterface
    non-sealed interface OfNumbers<E> extends Reader<E> {
        long[] read(E event);
    }
}
