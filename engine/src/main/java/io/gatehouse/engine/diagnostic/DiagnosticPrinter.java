// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Prints diagnostics for people: code and message, place, the line with a mark under it, why, fix.
///
/// The mark stands where a terminal shows the place: tabs are widened, wide characters count two columns, combining
/// ones none. Nothing of the source text reaches the terminal as a control character, and a long line is cut around
/// the mark.
public final class DiagnosticPrinter {
    private static final int TAB = 4;
    /// Characters shown of a line.
    private static final int WIDEST_LINE = 120;
    /// How many characters of a cut line stands before the mark.
    private static final int LEAD = 40;

    private static final String MARGIN = "   | ";

    private DiagnosticPrinter() {}

    /// One after the other, an empty line between them.
    public static String print(List<Diagnostic> diagnostics) {
        var lines = new IdentityHashMap<SourceText, Lines>();
        return diagnostics.stream()
                .map(d -> print(d, lines.computeIfAbsent(d.span().source(), Lines::new)))
                .collect(Collectors.joining("\n"));
    }

    /// Ends with a line break.
    public static String print(Diagnostic diagnostic) {
        return print(diagnostic, new Lines(diagnostic.span().source()));
    }

    private static String print(Diagnostic diagnostic, Lines lines) {
        var out = new StringBuilder();
        out.append(diagnostic.severity().name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(diagnostic.code())
                .append(": ")
                .append(safe(diagnostic.message()))
                .append('\n');
        place(diagnostic.span(), lines, out);
        out.append("  why: ").append(safe(diagnostic.why())).append('\n');
        out.append("  fix: ").append(safe(diagnostic.fix())).append('\n');
        return out.toString();
    }

    private static void place(Span span, Lines lines, StringBuilder out) {
        out.append("  ").append(safe(span.source().name()));
        if (span.source().text().isEmpty()) { // nothing to point at: the file is empty, or was never read
            out.append('\n');
            return;
        }
        out.append(':').append(span.line()).append(':').append(span.column()).append('\n');
        marked(span, lines, out);
    }

    private static void marked(Span span, Lines lines, StringBuilder out) {
        boolean whole = lines.width(span.line()) <= WIDEST_LINE;
        int first = whole ? 1 : Math.max(1, span.column() - LEAD);
        int end = whole ? WIDEST_LINE + 1 : first + WIDEST_LINE;
        var points = lines.part(span.line(), first, end);
        if (Arrays.stream(points).allMatch(Character::isWhitespace)) {
            return;
        }
        var shown = new StringBuilder(first > 1 ? "…" : "");
        int width = shown.length();
        int markFrom = -1;
        int markTo = -1;
        for (int i = 0; i < points.length; i++) {
            int column = first + i;
            if (column == span.column()) {
                markFrom = width;
            }
            width += show(points[i], width, shown);
            if (column < span.column() + span.length()) {
                markTo = width;
            }
        }
        if (markFrom < 0) { // behind the last character: the end of the line is the place
            markFrom = width;
        }
        if (end <= lines.width(span.line())) {
            shown.append('…');
        }
        out.append(MARGIN).append(shown.toString().stripTrailing()).append('\n');
        out.append(MARGIN)
                .repeat(" ", markFrom)
                .repeat("^", Math.max(1, markTo - markFrom))
                .append('\n');
    }

    /// Appends one character as a terminal may see it and returns how many columns it takes.
    private static int show(int point, int width, StringBuilder shown) {
        if (point == '\t') {
            int columns = TAB - width % TAB;
            shown.repeat(" ", columns);
            return columns;
        }
        if (!presentable(point)) {
            shown.append('\uFFFD');
            return 1;
        }
        shown.appendCodePoint(point);
        return columns(point);
    }

    /// Control characters could move the cursor, direction marks could reorder what is read.
    private static boolean presentable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static int columns(int point) {
        return switch (Character.getType(point)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> wide(point) ? 2 : 1;
        };
    }

    /// The blocks that Unicode's East Asian Width names wide or full-width, and the emoji.
    private static boolean wide(int point) {
        return point >= 0x1100 && point <= 0x115F
                || point >= 0x2E80 && point <= 0x303E
                || point >= 0x3041 && point <= 0xA4CF
                || point >= 0xAC00 && point <= 0xD7A3
                || point >= 0xF900 && point <= 0xFAFF
                || point >= 0xFE30 && point <= 0xFE6F
                || point >= 0xFF00 && point <= 0xFF60
                || point >= 0xFFE0 && point <= 0xFFE6
                || point >= 0x1F300 && point <= 0x1F64F
                || point >= 0x1F680 && point <= 0x1F6FF
                || point >= 0x1F900 && point <= 0x1F9FF
                || point >= 0x20000 && point <= 0x3FFFD;
    }

    /// Messages quote what the text says, and are one line.
    private static String safe(String text) {
        if (text.codePoints().allMatch(DiagnosticPrinter::presentable)) {
            return text;
        }
        var out = new StringBuilder();
        text.codePoints().forEach(point -> {
            if (presentable(point)) {
                out.appendCodePoint(point);
            } else if (point == '\n') {
                out.append("\\n");
            } else if (point == '\t') {
                out.append("\\t");
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", point));
            }
        });
        return out.toString();
    }
}
