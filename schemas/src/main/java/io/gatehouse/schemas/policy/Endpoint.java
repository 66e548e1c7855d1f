// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

/// Addresses and ports of one or more peers.
///
/// @param address numeric, IPv4 or IPv6, bits beyond the prefix zero; empty: any address of either family
/// @param prefix length in bits; 0 together with an empty address
/// @param firstPort 0 to 65535; with `lastPort` 65535: any port
/// @param lastPort inclusive
public record Endpoint(String address, int prefix, int firstPort, int lastPort) {
    public static final int MAX_PORT = 65_535;

    public boolean anyAddress() {
        return address.isEmpty();
    }

    public boolean anyPort() {
        return firstPort == 0 && lastPort == MAX_PORT;
    }

    public boolean ipv6() {
        return address.contains(":");
    }
}
