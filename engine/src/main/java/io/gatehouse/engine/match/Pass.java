// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// One step of the compiler.
///
/// @param what one line for people
record Pass(String name, String what, Work work) {

    /// Changes the draft and says in a few words what it did.
    @FunctionalInterface
    interface Work {
        String on(Draft<?> draft);
    }
}
