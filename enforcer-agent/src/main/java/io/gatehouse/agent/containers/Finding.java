// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

/// What is known about the container of one process.
public sealed interface Finding {
    record Known(Container container) implements Finding {}

    /// The process belongs to no container.
    record Host() implements Finding {}

    /// It could not be told, for instance because the process ended meanwhile.
    record Unrecognised(String reason) implements Finding {}
}
