// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A glob as `fnmatch` without flags reads it: `*` any bytes, also `/` and none; `?` one byte; `[a-z]`,
/// `[!a-z]` and `[[:digit:]]` one byte of a set; `\` takes the next byte as it is. It must fit the whole
/// text.
///
/// The time it takes grows with the length of pattern times text, never faster.
final class Glob implements TextTest {
    /// One byte of a text, or any number of them.
    private sealed interface Piece {
        record Byte(char value) implements Piece {}

        record AnyByte() implements Piece {}

        record OneOf(BitSet bytes) implements Piece {}

        record Star() implements Piece {}
    }

    private final Piece[] pieces;
    private final boolean foldsCase;

    private Glob(List<Piece> pieces, boolean foldsCase) {
        this.pieces = pieces.toArray(Piece[]::new);
        this.foldsCase = foldsCase;
    }

    static Glob of(String pattern) {
        return new Glob(pieces(pattern, false), false);
    }

    static Glob foldingCase(String pattern) {
        return new Glob(pieces(pattern, true), true);
    }

    @Override
    public boolean test(String text) {
        int at = 0;
        int piece = 0;
        int star = -1; // the last star met, and where in the text what follows it was last tried
        int tried = 0;
        while (at < text.length()) {
            if (piece < pieces.length && pieces[piece] instanceof Piece.Star) {
                star = piece++;
                tried = at;
            } else if (piece < pieces.length && fits(pieces[piece], text.charAt(at))) {
                piece++;
                at++;
            } else if (star >= 0) {
                piece = star + 1;
                at = ++tried;
            } else {
                return false;
            }
        }
        while (piece < pieces.length && pieces[piece] instanceof Piece.Star) {
            piece++;
        }
        return piece == pieces.length;
    }

    private boolean fits(Piece piece, char c) {
        return switch (piece) {
            case Piece.AnyByte() -> true;
            case Piece.Star() -> false;
            case Piece.Byte(char value) -> value == c || foldsCase && lower(value) == lower(c);
            case Piece.OneOf(var bytes) -> bytes.get(c);
        };
    }

    private static List<Piece> pieces(String pattern, boolean foldsCase) {
        var pieces = new ArrayList<Piece>();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            switch (c) {
                case '*' -> {
                    if (pieces.isEmpty() || !(pieces.getLast() instanceof Piece.Star)) {
                        pieces.add(new Piece.Star());
                    }
                    at++;
                }
                case '?' -> {
                    pieces.add(new Piece.AnyByte());
                    at++;
                }
                case '\\' -> {
                    // One at the end takes nothing, and fits nothing.
                    pieces.add(
                            at + 1 < pattern.length()
                                    ? new Piece.Byte(pattern.charAt(at + 1))
                                    : new Piece.OneOf(new BitSet()));
                    at += 2;
                }
                case '[' -> {
                    var set = new Bracket(pattern, at, foldsCase);
                    // A bracket that does not end is itself.
                    pieces.add(set.end > 0 ? new Piece.OneOf(set.bytes) : new Piece.Byte('['));
                    at = set.end > 0 ? set.end : at + 1;
                }
                default -> {
                    pieces.add(new Piece.Byte(c));
                    at++;
                }
            }
        }
        return pieces;
    }

    /// The set of bytes that a bracket stands for.
    private static final class Bracket {
        private final String pattern;
        private final boolean foldsCase;
        private final BitSet bytes = new BitSet(256);
        /// Where the pattern goes on, 0 if the bracket does not end.
        private int end;

        Bracket(String pattern, int open, boolean foldsCase) {
            this.pattern = pattern;
            this.foldsCase = foldsCase;
            int at = open + 1;
            boolean not = at < pattern.length() && (pattern.charAt(at) == '!' || pattern.charAt(at) == '^');
            at += not ? 1 : 0;
            int first = at;
            while (at < pattern.length() && (at == first || pattern.charAt(at) != ']')) {
                at = member(at);
            }
            if (at < pattern.length()) {
                end = at + 1;
                if (not) {
                    bytes.flip(0, 256);
                }
            }
        }

        /// @return where the next member starts
        private int member(int at) {
            int close = pattern.startsWith("[:", at) ? pattern.indexOf(":]", at + 2) : -1;
            if (close > 0 && classOf(pattern.substring(at + 2, close))) {
                return close + 2;
            }
            int low = byteEnd(at);
            if (low + 1 < pattern.length() && pattern.charAt(low) == '-' && pattern.charAt(low + 1) != ']') {
                int high = byteEnd(low + 1);
                set(pattern.charAt(low - 1), pattern.charAt(high - 1));
                return high;
            }
            set(pattern.charAt(low - 1), pattern.charAt(low - 1));
            return low;
        }

        private void set(char from, char to) {
            if (!foldsCase) {
                bytes.set(from, Math.max(from, to + 1));
                return;
            }
            for (char c = 0; c < 256; c++) {
                if (lower(from) <= lower(c) && lower(c) <= lower(to)) {
                    bytes.set(c);
                }
            }
        }

        /// The end of one byte, with the backslash before it.
        private int byteEnd(int at) {
            return Math.min(pattern.length(), pattern.charAt(at) == '\\' ? at + 2 : at + 1);
        }

        private boolean classOf(String name) {
            var before = bytes.cardinality();
            for (char c = 0; c < 128; c++) {
                if (inClass(name, c)) {
                    bytes.set(c);
                }
            }
            return bytes.cardinality() > before || inClass(name, 'a') || inClass(name, '1') || inClass(name, ' ');
        }

        private static boolean inClass(String name, char c) {
            boolean upper = c >= 'A' && c <= 'Z';
            boolean lower = c >= 'a' && c <= 'z';
            boolean digit = c >= '0' && c <= '9';
            return switch (name) {
                case "alpha" -> upper || lower;
                case "digit" -> digit;
                case "alnum" -> upper || lower || digit;
                case "upper" -> upper;
                case "lower" -> lower;
                case "xdigit" -> digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
                case "blank" -> c == ' ' || c == '\t';
                case "space" -> c == ' ' || c >= '\t' && c <= '\r';
                case "cntrl" -> c < ' ' || c == 0x7f;
                case "print" -> c >= ' ' && c < 0x7f;
                case "graph" -> c > ' ' && c < 0x7f;
                case "punct" -> c > ' ' && c < 0x7f && !upper && !lower && !digit;
                default -> false;
            };
        }
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
}
