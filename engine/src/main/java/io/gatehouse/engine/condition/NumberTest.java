// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

/// A test of one value that is a number, as [io.gatehouse.engine.event.Reader.OfNumber] gives it. Safe for
/// any thread.
@FunctionalInterface
public interface NumberTest {
    boolean test(long value);
}
