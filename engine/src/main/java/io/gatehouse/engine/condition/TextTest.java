// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

/// A test of one value that is text, bytes or an address. Safe for any thread.
@FunctionalInterface
public interface TextTest {
    /// @param value not null
    boolean test(String value);
}
