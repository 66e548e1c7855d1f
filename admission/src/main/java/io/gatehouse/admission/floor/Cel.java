// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.floor;

import java.util.List;
import java.util.stream.Collectors;

/// Pieces of CEL, without the extensions that only the API server has.
final class Cel {
    private Cel() {}

    /// A text, whatever stands in it.
    static String text(String value) {
        var out = new StringBuilder("'");
        value.codePoints().forEach(point -> {
            switch (point) {
                case '\'' -> out.append("\\'");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.appendCodePoint(point);
            }
        });
        return out.append('\'').toString();
    }

    static String list(List<String> values) {
        return values.stream().map(Cel::text).collect(Collectors.joining(", ", "[", "]"));
    }

    /// Whether a text matches one of several globs, as the engine matches them.
    static String matchesAny(String what, List<String> globs) {
        return globs.stream()
                .map(glob -> what + ".matches(" + text(pattern(glob)) + ")")
                .collect(Collectors.joining(" || ", "(", ")"));
    }

    /// `matches` looks for a part, so both ends are held.
    private static String pattern(String glob) {
        var out = new StringBuilder("^(?s:");
        glob.codePoints().forEach(point -> {
            switch (point) {
                case '*' -> out.append(".*");
                case '?' -> out.append('.');
                default -> {
                    if ("\\.+()|[]{}^$".indexOf(point) >= 0) {
                        out.append('\\');
                    }
                    out.appendCodePoint(point);
                }
            }
        });
        return out.append(")$").toString();
    }

    static String and(List<String> terms) {
        return terms.isEmpty()
                ? "true"
                : terms.stream().map(term -> "(" + term + ")").collect(Collectors.joining(" && "));
    }
}
