// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// A user or a group, by number.
public sealed interface Account {
    /// User or group id, unsigned 32 bits.
    long id();

    String name();

    record User(long id, long gid, String name, String home, String shell) implements Account {}

    record Group(long id, String name) implements Account {}
}
