// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

/// A network interface of the recorded machine.
///
/// @param type the file format's number, see the constants
/// @param address 4 or 16 bytes as text; so `mask` and `broadcast`
public record InterfaceEntry(int type, String name, String address, String mask, String broadcast, long bitsPerSecond) {
    public static final int IPV4 = 1;
    public static final int IPV6 = 2;
    /// Older recorders did not tell the speed.
    public static final int IPV4_NO_SPEED = 3;

    public static final int IPV6_NO_SPEED = 4;

    boolean tellsSpeed() {
        return type == IPV4 || type == IPV6;
    }
}
