// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import java.nio.charset.StandardCharsets;

/// One end of a socket or both, as a parameter of an event: `family` and, by family, `ip port`, `ip port
/// ip port`, a path, or `kernel address, kernel address, path`.
///
/// A view over the event's bytes, filled again for each; texts are only made when asked for.
final class SocketAddress {
    static final int UNIX = 1;
    static final int IPV4 = 2;
    static final int IPV6 = 10;
    private static final String INVALID = "INVALID ";

    private byte[] bytes = {};
    private int offset;
    private int length;
    private boolean both;

    /// Looks at a parameter with one end.
    ///
    /// @return whether it is there and whole
    boolean one(Event event, int param) {
        return look(event.bytes(), event.length(param) == 0 ? 0 : event.offset(param), event.length(param), false);
    }

    /// Looks at one end kept as bytes; see [#one].
    boolean one(byte[] kept) {
        return kept != null && look(kept, 0, kept.length, false);
    }

    /// Looks at a parameter with both ends; see [#one].
    boolean two(Event event, int param) {
        return look(event.bytes(), event.length(param) == 0 ? 0 : event.offset(param), event.length(param), true);
    }

    private boolean look(byte[] in, int at, int size, boolean ends) {
        bytes = in;
        offset = at;
        length = size;
        both = ends;
        return length > 0 && isWhole();
    }

    private boolean isWhole() {
        return switch (family()) {
            case IPV4 -> length >= (both ? 13 : 7);
            case IPV6 -> length >= (both ? 37 : 19);
            case UNIX -> length >= (both ? 18 : 2) && bytes[offset + length - 1] == 0;
            default -> true;
        };
    }

    int family() {
        return bytes[offset] & 0xff;
    }

    boolean isInternet() {
        return family() == IPV4 || family() == IPV6;
    }

    private int size() {
        return family() == IPV4 ? 4 : 16;
    }

    /// An IPv6 address pair, or single address, that stands for IPv4.
    boolean isMapped() {
        return family() == IPV6
                && Addresses.isMapped(bytes, offset + 1)
                && (!both || Addresses.isMapped(bytes, destinationAt()));
    }

    /// What a socket with these ends is.
    DescriptorKind kind() {
        return family() == IPV4 || isMapped() ? DescriptorKind.IPV4_SOCKET : DescriptorKind.IPV6_SOCKET;
    }

    private int destinationAt() {
        return offset + 1 + size() + 2;
    }

    private int port(int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
    }

    int sourcePort() {
        return port(offset + 1 + size());
    }

    int destinationPort() {
        return port(destinationAt() + size());
    }

    /// The first or only address, IPv4 where it is mapped; as the object that is known already if that
    /// says the same.
    String source(String known) {
        return address(offset + 1, known);
    }

    String destination(String known) {
        return address(destinationAt(), known);
    }

    private String address(int at, String known) {
        int skip = isMapped() ? 12 : 0;
        int size = size() - skip;
        if (known != null && known.length() == size) {
            int i = 0;
            while (i < size && (bytes[at + skip + i] & 0xff) == known.charAt(i)) {
                i++;
            }
            if (i == size) {
                return known;
            }
        }
        return new String(bytes, at + skip, size, StandardCharsets.ISO_8859_1);
    }

    long unixSource() {
        return number(offset + 1);
    }

    long unixDestination() {
        return number(offset + 9);
    }

    private long number(int at) {
        long number = 0;
        for (int i = 7; i >= 0; i--) {
            number = number << 8 | bytes[at + i] & 0xff;
        }
        return number;
    }

    String path() {
        int from = offset + (both ? 17 : 1);
        int to = from;
        while (to < offset + length && bytes[to] != 0) {
            to++;
        }
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /// As rules and people see it.
    String text() {
        if (length == 0) {
            return both ? "NULL" : "<NA>";
        }
        if (!isWhole()) {
            return INVALID
                    + switch (family()) {
                        case UNIX -> "PATH";
                        case IPV4 -> "IPv4";
                        default -> "IPv6";
                    };
        }
        if (family() == UNIX) {
            return both ? unixText(path()) : path();
        }
        if (!isInternet()) {
            return "family " + family();
        }
        if (!both) {
            var whole = new String(bytes, offset + 1, size(), StandardCharsets.ISO_8859_1);
            return Addresses.endpoint(whole, sourcePort());
        }
        return Addresses.tuple(source(null), sourcePort(), destination(null), destinationPort());
    }

    /// A pair of unix sockets with a path of another origin.
    String unixText(String path) {
        return Long.toHexString(unixSource()) + "->" + Long.toHexString(unixDestination()) + " " + path;
    }
}
