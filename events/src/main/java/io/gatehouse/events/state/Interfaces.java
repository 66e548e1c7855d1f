// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.ArrayList;
import java.util.List;

/// The machine's network interfaces: which addresses are its own.
public final class Interfaces {
    static final int MOST = 4096;

    private final List<Ipv4> ipv4 = new ArrayList<>();
    private final List<String> ipv6 = new ArrayList<>();

    Interfaces() {}

    private record Ipv4(String address, int bits, int mask) {}

    void addIpv4(String address, String netmask) {
        if (ipv4.size() < MOST) {
            ipv4.add(new Ipv4(address, bits(address), bits(netmask)));
        }
    }

    void addIpv6(String address) {
        if (ipv6.size() < MOST) {
            ipv6.add(address);
        }
    }

    /// Whether an interface has the address; for IPv6, whether one is in its network of 64 bits. Rules ask it of every
    /// connection, so nothing is allocated.
    boolean has(String address) {
        if (address.length() == 4) {
            for (int i = 0; i < ipv4.size(); i++) {
                if (ipv4.get(i).address.equals(address)) {
                    return true;
                }
            }
            return false;
        }
        for (int i = 0; i < ipv6.size(); i++) {
            if (sameNetwork(ipv6.get(i), address)) {
                return true;
            }
        }
        return false;
    }

    /// Fills in the end of a connection that the event left open (all zeros) with the interface it
    /// probably used.
    void complete(Descriptor descriptor) {
        if (!descriptor.kind.isConnection()) {
            return;
        }
        var any = descriptor.kind == DescriptorKind.IPV4_SOCKET ? Addresses.ANY_4 : Addresses.ANY_6;
        if (descriptor.sourceAddress.equals(any)) {
            var own = guess(descriptor.destinationAddress);
            if (!own.equals(descriptor.destinationAddress) || descriptor.sourcePort != descriptor.destinationPort) {
                descriptor.sourceAddress = own;
            }
        } else if (descriptor.destinationAddress.equals(any)) {
            var own = guess(descriptor.sourceAddress);
            if (!own.equals(descriptor.sourceAddress) || descriptor.sourcePort != descriptor.destinationPort) {
                descriptor.destinationAddress = own;
            }
        }
    }

    private String guess(String other) {
        return other.length() == 4 ? guessIpv4(other) : guessIpv6(other);
    }

    private String guessIpv4(String other) {
        int bits = bits(other);
        for (var candidate : ipv4) {
            if (candidate.bits == bits) {
                return candidate.address;
            }
        }
        for (var candidate : ipv4) {
            if ((candidate.bits & candidate.mask) == (bits & candidate.mask)) {
                return candidate.address;
            }
        }
        for (var candidate : ipv4) {
            if (!candidate.address.equals(Addresses.LOOPBACK_4)) {
                return candidate.address;
            }
        }
        return Addresses.ANY_4;
    }

    private String guessIpv6(String other) {
        for (var candidate : ipv6) {
            if (candidate.equals(other)) {
                return candidate;
            }
        }
        for (var candidate : ipv6) {
            if (sameNetwork(candidate, other)) {
                return candidate;
            }
        }
        for (var candidate : ipv6) {
            if (!candidate.equals(Addresses.LOOPBACK_6)) {
                return candidate;
            }
        }
        return Addresses.ANY_6;
    }

    private static boolean sameNetwork(String one, String other) {
        return one.regionMatches(0, other, 0, 8);
    }

    private static int bits(String address) {
        return address.charAt(0) << 24 | address.charAt(1) << 16 | address.charAt(2) << 8 | address.charAt(3);
    }
}
