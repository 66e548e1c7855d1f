// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

/// A path in which `*` stands for any text, slashes included, `?` for one character and `[a-z]` for one of several; a
/// backslash takes the meaning away from what follows.
///
/// Time is bounded by the product of the lengths: only the last `*` is ever tried again.
final class MountPattern {
    private final String pattern;

    MountPattern(String pattern) {
        this.pattern = pattern;
    }

    boolean matches(String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
                continue;
            }
            int next = p < pattern.length() ? one(p, text.charAt(t)) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /// Where the pattern goes on after a character; -1 if it does not fit.
    private int one(int p, char c) {
        return switch (pattern.charAt(p)) {
            case '?' -> p + 1;
            case '[' -> set(p, c);
            case '\\' -> p + 1 < pattern.length() && pattern.charAt(p + 1) == c ? p + 2 : -1;
            default -> pattern.charAt(p) == c ? p + 1 : -1;
        };
    }

    /// A bracket that is never closed stands for itself.
    private int set(int p, char c) {
        int i = p + 1;
        boolean except = i < pattern.length() && (pattern.charAt(i) == '!' || pattern.charAt(i) == '^');
        if (except) {
            i++;
        }
        boolean found = false;
        for (int first = i; i < pattern.length() && (pattern.charAt(i) != ']' || i == first); i++) {
            char low = pattern.charAt(i);
            char high = low;
            if (i + 2 < pattern.length() && pattern.charAt(i + 1) == '-' && pattern.charAt(i + 2) != ']') {
                high = pattern.charAt(i + 2);
                i += 2;
            }
            found |= low <= c && c <= high;
        }
        if (i >= pattern.length()) {
            return c == '[' ? p + 1 : -1;
        }
        return found != except ? i + 1 : -1;
    }
}
