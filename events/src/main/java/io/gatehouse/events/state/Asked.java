// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// What a call was given, as the kernel saw it when the call began; kept until the call returns.
///
/// The caller can change its memory in between, so where both are known, this is what counts.
///
/// @param code of the enter event
/// @param path null if it has none
/// @param directory the descriptor that the path is relative to
/// @param address of a socket, in the form of events; null if it has none
record Asked(int code, String path, long directory, int flags, byte[] address) {
    /// Chars and bytes that it holds.
    int weight() {
        return (path == null ? 0 : path.length()) + (address == null ? 0 : address.length);
    }
}
