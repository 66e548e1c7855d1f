// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import java.util.function.Consumer;

/// One step of the compiler. It takes what the steps before left standing, and says what is wrong with it.
///
/// @param name as a page about the compiler calls it
record Pass(String name, Consumer<Compile> step) {}
