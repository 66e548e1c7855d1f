// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import java.util.ArrayDeque;

/// How large a pattern becomes when its counted repetitions (`x{100}`) are written out: an upper bound,
/// found without writing anything out.
final class RegexSize {
    private static final long LARGEST = Integer.MAX_VALUE;

    private RegexSize() {}

    static long of(String pattern) {
        var open = new ArrayDeque<Long>(); // sizes of what stands before each group that is open
        long size = 0;
        long last = 0; // size of the piece that a repetition would repeat
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            int next = at + 1;
            switch (c) {
                case '(' -> {
                    open.push(size);
                    size = 0;
                    last = 0;
                }
                case ')' -> {
                    last = size + 2;
                    size = (open.isEmpty() ? 0 : open.pop()) + last;
                }
                case '{' -> {
                    int close = pattern.indexOf('}', at);
                    long times = close < 0 ? 0 : times(pattern.substring(at + 1, close));
                    if (times > 0) {
                        size = Math.min(LARGEST, size - last + last * times);
                        last = Math.min(LARGEST, last * times);
                        next = close + 1;
                    } else {
                        size += last = 1;
                    }
                }
                case '[' -> {
                    next = bracketEnd(pattern, at);
                    size += last = 1;
                }
                case '\\' -> {
                    next = Math.min(pattern.length(), at + 2);
                    size += last = 1;
                }
                case '*', '+', '?' -> {
                    size += 1;
                    last += 1;
                }
                default -> size += last = 1;
            }
            at = next;
        }
        while (!open.isEmpty()) {
            size += open.pop();
        }
        return size;
    }

    private static int bracketEnd(String pattern, int open) {
        int at = open + 1;
        if (at < pattern.length() && pattern.charAt(at) == '^') {
            at++;
        }
        if (at < pattern.length() && pattern.charAt(at) == ']') {
            at++;
        }
        while (at < pattern.length() && pattern.charAt(at) != ']') {
            if (pattern.startsWith("[:", at) && pattern.indexOf(":]", at + 2) > 0) {
                at = pattern.indexOf(":]", at + 2) + 1;
            } else if (pattern.charAt(at) == '\\') {
                at++;
            }
            at++;
        }
        return Math.min(pattern.length(), at + 1);
    }

    /// The larger number of `n`, `n,` or `n,m`; 0 if it is none of them.
    private static long times(String body) {
        if (!body.matches("[0-9]{1,6}(,[0-9]{0,6})?")) {
            return 0;
        }
        int comma = body.indexOf(',');
        long least = Long.parseLong(comma < 0 ? body : body.substring(0, comma));
        long most = comma < 0 || comma == body.length() - 1 ? least : Long.parseLong(body.substring(comma + 1));
        return Math.max(1, Math.max(least, most));
    }
}
