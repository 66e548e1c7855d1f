// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.ByteText;
import java.util.Locale;
import java.util.Optional;

/// A place in a condition's text, and what can be read from there on.
///
/// What a char means depends on what is asked for: `a<b` is a check after a field, and a value after a `=`.
/// So there is no row of tokens, and each method reads one kind, or nothing and stays where it is.
final class Scanner {
    /// The one way out of a text that goes wrong. It never leaves [ConditionParser#parse].
    static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Diagnostic diagnostic;

        private Stop(Diagnostic diagnostic) {
            super(diagnostic.message(), null, false, false);
            this.diagnostic = diagnostic;
        }

        Diagnostic diagnostic() {
            return diagnostic;
        }
    }

    private final String called;
    private final Script script;
    private final String text;
    private int at;
    /// Where the last thing read ended, blanks after it left out.
    private int end;

    Scanner(Script script) {
        this(script, script.text().length(), "condition");
    }

    /// @param limit where the text is taken to end
    /// @param called what a message calls the text
    Scanner(Script script, int limit, String called) {
        this.called = called;
        this.script = script;
        this.text = script.text().substring(0, limit);
    }

    int at() {
        return at;
    }

    /// From a place to the end of what was read last.
    Span spanFrom(int start) {
        return script.span(start, Math.max(end, start + 1));
    }

    void back(int place) {
        at = place;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /// @return whether there was one
    boolean blanks() {
        int start = at;
        while (!atEnd() && isBlank(text.charAt(at))) {
            at++;
        }
        return at > start;
    }

    boolean next(char expected) {
        return !atEnd() && text.charAt(at) == expected;
    }

    boolean take(char expected) {
        if (!next(expected)) {
            return false;
        }
        end = ++at;
        return true;
    }

    boolean take(String expected) {
        if (!text.startsWith(expected, at)) {
            return false;
        }
        at += expected.length();
        end = at;
        return true;
    }

    /// Letters, digits and `_` after a letter; empty if there are none.
    String word() {
        return taken(wordEnd(at));
    }

    /// A word that is not part of a longer one.
    boolean takeWord(String expected) {
        return text.startsWith(expected, at) && wordEnd(at) == at + expected.length() && take(expected);
    }

    boolean nextWord(String expected) {
        return text.startsWith(expected, at) && wordEnd(at) == at + expected.length();
    }

    /// `and`, `or` and `not` are words of the language only before a blank or `(`.
    boolean takeJoint(String expected) {
        int after = at + expected.length();
        boolean joint = text.startsWith(expected, at)
                && (after >= text.length() || isBlank(text.charAt(after)) || text.charAt(after) == '(');
        return joint && take(expected);
    }

    /// Two words or more with dots between them; empty if there is no such name.
    String fieldName() {
        int stop = wordEnd(at);
        int words = stop > at ? 1 : 0;
        while (words > 0 && stop < text.length() && text.charAt(stop) == '.' && wordEnd(stop + 1) > stop + 1) {
            stop = wordEnd(stop + 1);
            words++;
        }
        return words < 2 ? "" : taken(stop);
    }

    /// `12`, `-1`, `+0.25e+10`, `0x1f`; empty if there is no number.
    String number() {
        int stop = hexEnd(at);
        return taken(stop > at ? stop : decimalEnd(at));
    }

    static boolean isNumber(String text) {
        return !text.isEmpty()
                && new Scanner(Script.of(new SourceText("number", text)))
                        .number()
                        .equals(text);
    }

    Optional<Literal> quoted() {
        if (!next('"') && !next('\'')) {
            return Optional.empty();
        }
        int start = at;
        char quote = text.charAt(start);
        int close = text.indexOf(quote, start + 1);
        // A quote after a backslash never ends a text, not even after two of them. The reference reads it so.
        while (close > 0 && text.charAt(close - 1) == '\\') {
            close = text.indexOf(quote, close + 1);
        }
        if (close < 0) {
            throw stop(start, start + 1, "the text in quotes does not end", "write " + quote + " where it ends");
        }
        at = close + 1;
        end = at;
        var value = Escapes.unescape(text.substring(start + 1, close), quote, wrong -> {
            int place = start + 1 + wrong.at();
            throw stop(place, place + wrong.length(), wrong.message(), wrong.fix());
        });
        return Optional.of(new Literal(value, true, spanFrom(start)));
    }

    /// A value without quotes, up to a blank or one of `( ) " ' = ,`.
    Optional<Literal> bare() {
        int start = at;
        int stop = at;
        while (stop < text.length() && inBare(text.charAt(stop))) {
            stop++;
        }
        if (stop == start) {
            return Optional.empty();
        }
        var value = ByteText.of(taken(stop));
        return Optional.of(new Literal(value, false, spanFrom(start)));
    }

    /// What stands in brackets after a field, quoted or bare; brackets in a bare one come in pairs.
    Optional<String> argument() {
        if (!next('[')) {
            return Optional.empty();
        }
        int open = at;
        take('[');
        var argument = quoted().map(Literal::text).or(this::bareArgument);
        if (argument.isEmpty()) {
            throw wrong("the brackets are empty", "write what they select, or '[\"\"]' for an empty text");
        }
        if (!take(']')) {
            throw stop(
                    open,
                    open + 1,
                    "the bracket is not closed after the argument",
                    "write ']' after it, and quotes around an argument with blanks, quotes or brackets");
        }
        return argument;
    }

    private Optional<String> bareArgument() {
        int open = 0;
        int stop = at;
        for (; stop < text.length(); stop++) {
            char c = text.charAt(stop);
            if (isSpace(c) || c == '"' || c == '\'' || c == ']' && open == 0) {
                break;
            }
            open += c == '[' ? 1 : c == ']' ? -1 : 0;
        }
        return stop == at || open > 0 ? Optional.empty() : Optional.of(ByteText.of(taken(stop)));
    }

    /// What goes wrong at the current place.
    Stop wrong(String message, String fix) {
        int stop = Math.max(at + 1, wordLikeEnd());
        return stop(at, stop, message, fix);
    }

    Stop stop(int from, int to, String message, String fix) {
        return new Stop(Code.MALFORMED_CONDITION.at(script.span(from, to), message, fix));
    }

    Stop tooLarge(String message) {
        return new Stop(Code.CONDITION_TOO_LARGE.at(script.span(at, at + 1), message));
    }

    /// What stands here, for a message.
    String here() {
        if (atEnd()) {
            return "the end of the " + called;
        }
        char c = text.charAt(at);
        if (c < ' ' || c == 0x7f) {
            return String.format(Locale.ROOT, "the character \\x%02x", (int) c);
        }
        int stop = Math.min(wordLikeEnd(), at + 40);
        return "'" + text.substring(at, Math.max(stop, text.offsetByCodePoints(at, 1))) + "'";
    }

    private int wordLikeEnd() {
        int stop = at;
        while (stop < text.length() && inBare(text.charAt(stop))) {
            stop++;
        }
        return stop;
    }

    private String taken(int stop) {
        var taken = text.substring(at, stop);
        if (stop > at) {
            at = stop;
            end = stop;
        }
        return taken;
    }

    private int wordEnd(int from) {
        if (from >= text.length() || !isLetter(text.charAt(from))) {
            return from;
        }
        int stop = from + 1;
        while (stop < text.length()
                && (isLetter(text.charAt(stop)) || isDigit(text.charAt(stop)) || text.charAt(stop) == '_')) {
            stop++;
        }
        return stop;
    }

    private int hexEnd(int from) {
        if (!text.startsWith("0x", from) && !text.startsWith("0X", from)) {
            return from;
        }
        int stop = from + 2;
        while (stop < text.length() && text.charAt(stop) < 0x80 && Character.digit(text.charAt(stop), 16) >= 0) {
            stop++;
        }
        return stop > from + 2 ? stop : from;
    }

    private int decimalEnd(int from) {
        int digits = from < text.length() && (text.charAt(from) == '+' || text.charAt(from) == '-') ? from + 1 : from;
        int stop = digitsEnd(digits);
        if (stop == digits) {
            return from;
        }
        if (stop < text.length() && text.charAt(stop) == '.') {
            stop = digitsEnd(stop + 1);
        }
        if (stop + 1 < text.length()
                && (text.charAt(stop) == 'e' || text.charAt(stop) == 'E')
                && (text.charAt(stop + 1) == '+' || text.charAt(stop + 1) == '-')
                && digitsEnd(stop + 2) > stop + 2) {
            return digitsEnd(stop + 2);
        }
        return stop;
    }

    private int digitsEnd(int from) {
        int stop = from;
        while (stop < text.length() && isDigit(text.charAt(stop))) {
            stop++;
        }
        return stop;
    }

    static boolean inBare(char c) {
        return !isSpace(c) && c != 0 && "()\"'=,".indexOf(c) < 0;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
