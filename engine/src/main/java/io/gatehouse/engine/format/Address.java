// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

/// An IP address, 4 or 16 bytes as text, one char each, for people.
public final class Address {
    private static final int GROUPS = 8;

    private Address() {}

    public static String print(String bytes) {
        return switch (bytes.length()) {
            case 4 -> v4(bytes, 0);
            case 16 -> v6(bytes);
            default -> "<NA>"; // no address; never shown as one
        };
    }

    private static String v4(String bytes, int from) {
        return (bytes.charAt(from) & 0xff)
                + "." + (bytes.charAt(from + 1) & 0xff)
                + "." + (bytes.charAt(from + 2) & 0xff)
                + "." + (bytes.charAt(from + 3) & 0xff);
    }

    /// The form of RFC 5952: the first longest run of zero groups is `::`, and what carries an IPv4 address ends in it.
    private static String v6(String bytes) {
        var groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes.charAt(2 * i) & 0xff) << 8 | bytes.charAt(2 * i + 1) & 0xff;
        }
        int start = -1;
        int length = 1; // a single zero group is written out
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
            i = Math.max(i, end - 1);
        }
        var out = new StringBuilder();
        boolean first = true;
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                out.append("::");
                i += length - 1;
                first = true;
                continue;
            }
            out.append(first ? "" : ":");
            first = false;
            if (i == 6 && start == 0 && (length == 6 || length == 5 && groups[5] == 0xffff)) {
                return out.append(v4(bytes, 12)).toString();
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
