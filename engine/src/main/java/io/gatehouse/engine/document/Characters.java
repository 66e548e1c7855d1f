// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.Lines;

/// Where each character of a YAML text stands in its source, for those who find something wrong inside it.
///
/// A scalar's characters are those of the source but for folded line breaks, indentation and escapes, so the two are
/// walked side by side. Every character that is not blank is found exactly; a folded line break stands at the end of
/// its first line, and all that an escape means stands at the escape.
public final class Characters {
    private final Lines lines;
    private final Style style;
    /// The next code point of the source.
    private int at;

    private enum Style {
        PLAIN,
        SINGLE_QUOTED,
        DOUBLE_QUOTED,
        BLOCK
    }

    private Characters(Lines lines, int start) {
        this.lines = lines;
        this.at = start;
        skipProperties();
        this.style = style();
    }

    /// @param text a value of the document that [YamlReader] made of the same source
    /// @return for each code point of the value its offset in the source, and behind them the offset of the end
    public static int[] offsets(Node.Text text, Lines lines) {
        return new Characters(lines, lines.offset(text.span())).walk(text.value());
    }

    private int[] walk(String value) {
        var points = value.codePoints().toArray();
        var offsets = new int[points.length + 1];
        for (int i = 0; i < points.length; i++) {
            offsets[i] = blank(points[i]) ? placeOfBlank(points[i]) : placeOfMark();
        }
        offsets[points.length] = at;
        return offsets;
    }

    private int placeOfBlank(int point) {
        if (escaped() && blank(meaning())) {
            return takeEscape();
        }
        return here() == point ? at++ : at;
    }

    private int placeOfMark() {
        while (blank(here())) {
            at++;
        }
        while (escaped()) {
            boolean mark = !blank(meaning());
            int place = takeEscape();
            if (mark) {
                return place;
            }
            while (blank(here())) { // the escape meant one of the blanks before this character
                at++;
            }
        }
        if (style == Style.SINGLE_QUOTED && here() == '\'') {
            at++; // the first of two, which mean one
        }
        int place = Math.min(at, lines.length());
        at = Math.min(at + 1, lines.length());
        return place;
    }

    /// Whether an escape that means something stands here; one that only joins lines is stepped over.
    private boolean escaped() {
        while (style == Style.DOUBLE_QUOTED && here() == '\\') {
            if (!lineBreak(peek(1))) {
                return true;
            }
            at++;
            while (blank(here())) {
                at++;
            }
        }
        return false;
    }

    private int takeEscape() {
        int place = at;
        at = Math.min(at + escapeLength(), lines.length());
        return place;
    }

    private int escapeLength() {
        return switch (peek(1)) {
            case 'x' -> 4;
            case 'u' -> 6;
            case 'U' -> 10;
            default -> 2;
        };
    }

    /// What the escape here stands for, as far as it can be blank.
    private int meaning() {
        int kind = peek(1);
        return switch (kind) {
            case 'n', 'N', 'L', 'P', 'r' -> '\n';
            case 't', ' ' -> ' ';
            case 'x', 'u', 'U' -> {
                int point = 0;
                for (int i = 2; i < escapeLength(); i++) {
                    point = point << 4 | Character.digit(peek(i), 16);
                }
                yield point;
            }
            default -> kind;
        };
    }

    /// An anchor and a tag may stand before the text.
    private void skipProperties() {
        while (here() == '&' || here() == '!') {
            while (here() >= 0 && !blank(here())) {
                at++;
            }
            while (blank(here())) {
                at++;
            }
        }
    }

    private Style style() {
        switch (here()) {
            case '"' -> {
                at++;
                return Style.DOUBLE_QUOTED;
            }
            case '\'' -> {
                at++;
                return Style.SINGLE_QUOTED;
            }
            case '|', '>' -> {
                while (here() >= 0 && !lineBreak(here())) {
                    at++;
                }
                return Style.BLOCK;
            }
            default -> {
                return Style.PLAIN;
            }
        }
    }

    private int here() {
        return peek(0);
    }

    private int peek(int ahead) {
        return at + ahead < lines.length() ? lines.codePoint(at + ahead) : -1;
    }

    private static boolean blank(int point) {
        return point == ' ' || point == '\t' || lineBreak(point);
    }

    private static boolean lineBreak(int point) {
        return point == '\n' || point == '\r' || point == 0x85 || point == 0x2028 || point == 0x2029;
    }
}
