// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import java.util.ArrayList;
import java.util.List;

/// Makes what a container chose (names, paths, arguments) safe to print and bounded in length.
///
/// A process may be named anything: a line's end would forge a second alert, an escape sequence would rewrite the
/// terminal, a right-to-left override would show another path than the one that ran.
final class Printable {
    /// The longest path the kernel takes.
    static final int MAX_TEXT = 4096;

    /// All arguments together. Log drivers of container runtimes cut lines at 16 KiB.
    static final int MAX_ARGS = 4096;

    static final int MAX_PARENTS = 32;

    private static final String CUT = "...";

    private Printable() {}

    /// Appends `text` with everything that is not plainly visible, quotes and backslashes escaped as JSON does it.
    static void escape(StringBuilder line, String text) {
        var length = text.length();
        for (var i = 0; i < length; i++) {
            var c = text.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                if (c == '"' || c == '\\') {
                    line.append('\\');
                }
                line.append(c);
                continue;
            }
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    var point = text.codePointAt(i);
                    if (visible(point)) {
                        line.appendCodePoint(point);
                        i += Character.charCount(point) - 1;
                    } else {
                        // of a pair the second half comes round again
                        unicode(line, c);
                    }
                }
            }
        }
    }

    private static void unicode(StringBuilder line, char c) {
        line.append("\\u");
        for (var shift = 12; shift >= 0; shift -= 4) {
            line.append(Character.forDigit(c >> shift & 0xf, 16));
        }
    }

    private static boolean visible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    static String bounded(String text) {
        return cut(text, MAX_TEXT);
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + CUT;
    }

    /// The process with arguments and parents within bounds; the same if it already is.
    static ProcessFacts bounded(ProcessFacts process) {
        var room = MAX_ARGS;
        for (var arg : process.args()) {
            room -= arg.length();
        }
        if (room >= 0 && process.parents().size() <= MAX_PARENTS) {
            return process;
        }
        var args = new ArrayList<String>();
        var left = MAX_ARGS;
        for (var arg : process.args()) {
            if (left <= 0) {
                break;
            }
            args.add(cut(arg, left));
            left -= arg.length();
        }
        List<Alert.Ancestor> parents = process.parents()
                .subList(0, Math.min(MAX_PARENTS, process.parents().size()));
        return new ProcessFacts(
                process.exe(), args, process.argsComplete() && room >= 0, process.pid(), process.uid(), parents);
    }
}
