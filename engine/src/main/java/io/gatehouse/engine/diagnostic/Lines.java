// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import java.util.Arrays;

/// The lines of a source text, and the one definition of what a line and a column are.
///
/// A line ends with `\n`, `\r\n` or `\r`, as editors count. Offsets and columns count code points.
public final class Lines {
    private final SourceText source;
    private final int[] codePoints;
    private final int[] starts;

    public Lines(SourceText source) {
        this.source = source;
        this.codePoints = source.text().codePoints().toArray();
        this.starts = starts(codePoints);
    }

    /// The span from one offset to another, cut at the end of the first line; at least one column long.
    public Span span(int start, int end) {
        int from = Math.clamp(start, 0, codePoints.length);
        int line = lineOf(from);
        int until = Math.min(end, lineEnd(line));
        while (until > from + 1 && Character.isWhitespace(codePoints[until - 1])) {
            until--;
        }
        return new Span(source, line + source.firstLine(), from - starts[line] + 1, Math.max(1, until - from));
    }

    /// How many code points the text has.
    public int length() {
        return codePoints.length;
    }

    /// @param offset from 0, less than [#length]
    public int codePoint(int offset) {
        return codePoints[offset];
    }

    /// Where a span of this text starts.
    public int offset(Span span) {
        return starts[span.line() - source.firstLine()] + span.column() - 1;
    }

    /// How many columns a line has, none where there is no such line.
    ///
    /// @param line as the source text counts
    public int width(int line) {
        int index = line - source.firstLine();
        return holds(index) ? lineEnd(index) - starts[index] : 0;
    }

    /// The code points of a part of a line, without the line's end.
    ///
    /// @param line as the source text counts
    /// @param from first column, from 1
    /// @param to the column after the last
    int[] part(int line, int from, int to) {
        int index = line - source.firstLine();
        if (!holds(index)) {
            return new int[0];
        }
        int start = starts[index];
        int end = Math.min(start + to - 1, lineEnd(index));
        return Arrays.copyOfRange(codePoints, Math.min(start + from - 1, end), end);
    }

    private boolean holds(int index) {
        return index >= 0 && index < starts.length;
    }

    private int lineOf(int offset) {
        int found = Arrays.binarySearch(starts, offset);
        return found >= 0 ? found : -found - 2;
    }

    private int lineEnd(int line) {
        int end = line + 1 < starts.length ? starts[line + 1] : codePoints.length;
        while (end > starts[line] && (codePoints[end - 1] == '\n' || codePoints[end - 1] == '\r')) {
            end--;
        }
        return end;
    }

    private static int[] starts(int[] codePoints) {
        var found = new int[16];
        int count = 1;
        for (int i = 0; i < codePoints.length; i++) {
            if (codePoints[i] == '\n'
                    || codePoints[i] == '\r' && (i + 1 == codePoints.length || codePoints[i + 1] != '\n')) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = i + 1;
            }
        }
        return Arrays.copyOf(found, count);
    }
}
