// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

/// `*` stands for any run of characters, everything else for itself: names of rules may hold `?` and brackets.
final class Wildcard {
    private Wildcard() {}

    static boolean matches(String pattern, String text) {
        var parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return pattern.equals(text);
        }
        var first = parts[0];
        var last = parts[parts.length - 1];
        if (text.length() < first.length() + last.length() || !text.startsWith(first) || !text.endsWith(last)) {
            return false;
        }
        int at = first.length();
        int end = text.length() - last.length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            at = found + parts[i].length();
        }
        return true;
    }
}
