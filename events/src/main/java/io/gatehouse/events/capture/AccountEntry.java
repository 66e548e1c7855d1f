// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

/// A user or a group of the recorded machine.
public sealed interface AccountEntry {
    /// The file format's numbers.
    int USER = 0;

    int GROUP = 1;

    record User(long uid, long gid, String name, String home, String shell) implements AccountEntry {}

    record Group(long gid, String name) implements AccountEntry {}
}
