// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import java.nio.charset.StandardCharsets;

/// The query of a request URI.
final class Uri {
    private Uri() {}

    /// The first value of a query parameter, null if there is none. A URI with a wrong escape anywhere has none.
    ///
    /// @param uri as bytes, and so is the answer
    static String parameter(String uri, String name) {
        int fragment = uri.indexOf('#');
        var whole = fragment < 0 ? uri : uri.substring(0, fragment);
        int mark = whole.indexOf('?');
        var path = mark < 0 ? whole : whole.substring(0, mark);
        if (holdsControls(whole) || unescape(path) == null || mark < 0) {
            return null;
        }
        String found = null;
        for (var pair : whole.substring(mark + 1).split("&")) {
            int equals = pair.indexOf('=');
            var key = unescape(equals < 0 ? pair : pair.substring(0, equals));
            var value = equals < 0 ? "" : unescape(pair.substring(equals + 1));
            if (key == null || value == null || pair.indexOf(';') >= 0) {
                return null;
            }
            if (found == null && !pair.isEmpty() && key.equals(name)) {
                found = value;
            }
        }
        return found;
    }

    /// As it stands in a query: everything but letters, digits and `-._~` escaped.
    ///
    /// @param text readable; so is the answer
    static String escaped(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || "-._~".indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append('%').append(hex(b >> 4)).append(hex(b));
            }
        }
        return out.toString();
    }

    private static char hex(int bits) {
        return Character.toUpperCase(Character.forDigit(bits & 0xf, 16));
    }

    private static boolean holdsControls(String uri) {
        return uri.chars().anyMatch(c -> c < ' ' || c == 0x7f);
    }

    /// Null if an escape is wrong.
    private static String unescape(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.append(c == '+' ? ' ' : c);
                continue;
            }
            int high = digit(text, i + 1);
            int low = digit(text, i + 2);
            if (high < 0 || low < 0) {
                return null;
            }
            out.append((char) (16 * high + low));
            i += 2;
        }
        return out.toString();
    }

    private static int digit(String text, int at) {
        return at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at), 16) : -1;
    }
}
