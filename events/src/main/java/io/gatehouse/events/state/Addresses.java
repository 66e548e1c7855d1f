// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// Internet addresses, held as text of 4 or 16 chars of one byte each, written for people.
public final class Addresses {
    static final String ANY_4 = "\0\0\0\0";
    static final String ANY_6 = ANY_4 + ANY_4 + ANY_4 + ANY_4;
    static final String LOOPBACK_4 = "\u007f\0\0\u0001";
    static final String LOOPBACK_6 = ANY_4 + ANY_4 + ANY_4 + "\0\0\0\u0001";
    private static final int WORDS = 8;

    private Addresses() {}

    /// `1.2.3.4` or `fe80::1`.
    public static String text(String address) {
        var text = new StringBuilder(40);
        append(text, address);
        return text.toString();
    }

    /// `1.2.3.4:80`; an IPv6 address is written without brackets.
    public static String endpoint(String address, int port) {
        var text = new StringBuilder(46);
        append(text, address);
        return text.append(':').append(port).toString();
    }

    /// `1.2.3.4:5->6.7.8.9:10`
    public static String tuple(String source, int sourcePort, String destination, int destinationPort) {
        var text = new StringBuilder(48);
        append(text, source);
        text.append(':').append(sourcePort).append("->");
        append(text, destination);
        return text.append(':').append(destinationPort).toString();
    }

    /// `1.2.3.4->6.7.8.9`
    static String pair(String source, String destination) {
        var text = new StringBuilder(48);
        append(text, source);
        text.append("->");
        append(text, destination);
        return text.toString();
    }

    /// An IPv4 address in the form of an IPv6 one; the address of all zeros counts as one, too.
    public static boolean isMapped(String address) {
        if (address.length() != 16) {
            return false;
        }
        return isMapped(address::charAt);
    }

    /// As [#isMapped(String)], of 16 bytes in an event.
    static boolean isMapped(byte[] bytes, int offset) {
        return isMapped(i -> bytes[offset + i] & 0xff);
    }

    @FunctionalInterface
    private interface Octets {
        int at(int index);
    }

    private static boolean isMapped(Octets octets) {
        for (int i = 0; i < 10; i++) {
            if (octets.at(i) != 0) {
                return false;
            }
        }
        if (octets.at(10) == 0xff && octets.at(11) == 0xff) {
            return true;
        }
        for (int i = 10; i < 16; i++) {
            if (octets.at(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static void append(StringBuilder text, String address) {
        if (address.length() == 4) {
            appendIpv4(text, address, 0);
        } else {
            appendIpv6(text, address);
        }
    }

    private static void appendIpv4(StringBuilder text, String address, int from) {
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                text.append('.');
            }
            text.append((int) address.charAt(from + i));
        }
    }

    /// As RFC 5952 and the C library write it: the longest run of two or more zero words is `::`.
    private static void appendIpv6(StringBuilder text, String address) {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < WORDS; i++) {
            int end = i;
            while (end < WORDS && word(address, end) == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
            i = Math.max(i, end);
        }
        for (int i = 0; i < WORDS; ) {
            if (i == runStart) {
                text.append("::");
                i += runLength;
                continue;
            }
            if (i > 0 && i != runStart + runLength) {
                text.append(':');
            }
            if (i == 6 && runStart == 0 && (runLength == 6 || runLength == 5 && word(address, 5) == 0xffff)) {
                appendIpv4(text, address, 12);
                return;
            }
            text.append(Integer.toHexString(word(address, i)));
            i++;
        }
    }

    private static int word(String address, int index) {
        return address.charAt(2 * index) << 8 | address.charAt(2 * index + 1);
    }
}
