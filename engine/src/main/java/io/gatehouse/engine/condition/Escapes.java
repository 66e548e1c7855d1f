// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.ByteText;
import java.util.function.Consumer;

/// What stands between quotes, turned into the bytes it means.
final class Escapes {
    /// @param at where the wrong escape starts in the text between the quotes
    record Wrong(int at, int length, String message, String fix) {}

    private Escapes() {}

    static Literal item(String text, Span span, Consumer<Diagnostic> wrong) {
        if (!quoted(text)) {
            return new Literal(ByteText.of(text), false, span);
        }
        var value = unescape(
                text.substring(1, text.length() - 1),
                text.charAt(0),
                escape -> wrong.accept(Code.MALFORMED_CONDITION.at(span, escape.message(), escape.fix())));
        return new Literal(value, true, span);
    }

    private static boolean quoted(String text) {
        return text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
    }

    /// @param body what stands between the quotes
    static String unescape(String body, char quote, Consumer<Wrong> wrong) {
        if (body.indexOf('\\') < 0) {
            return ByteText.of(body);
        }
        var bytes = new StringBuilder();
        int plain = 0; // where the text not yet taken over starts
        for (int at = body.indexOf('\\'); at >= 0; at = body.indexOf('\\', plain)) {
            bytes.append(ByteText.of(body.substring(plain, at)));
            plain = at + escape(body, at, quote, bytes, wrong);
        }
        return bytes.append(ByteText.of(body.substring(plain))).toString();
    }

    /// Takes one escape over.
    ///
    /// @return how many chars it has
    private static int escape(String body, int at, char quote, StringBuilder bytes, Consumer<Wrong> wrong) {
        char kind = at + 1 < body.length() ? body.charAt(at + 1) : '\0';
        switch (kind) {
            case 'b' -> bytes.append('\b');
            case 'f' -> bytes.append('\f');
            case 'n' -> bytes.append('\n');
            case 'r' -> bytes.append('\r');
            case 't' -> bytes.append('\t');
            case '/' -> bytes.append('/');
            case '\\' -> bytes.append('\\');
            // Not an escape by any document, but rules have it and the reference reads it so: the blank is lost.
            case ' ' -> bytes.append('\\');
            case 'x' -> {
                return hex(body, at, bytes, wrong);
            }
            default -> {
                if (kind != quote) {
                    wrong.accept(new Wrong(
                            at, 2, "'\\" + kind + "' is no escape", "write '\\\\' for a backslash that means itself"));
                }
                bytes.append(kind);
            }
        }
        return Math.min(2, body.length() - at);
    }

    private static int hex(String body, int at, StringBuilder bytes, Consumer<Wrong> wrong) {
        int high = digit(body, at + 2);
        int low = digit(body, at + 3);
        if (high < 0 || low < 0) {
            wrong.accept(new Wrong(
                    at, 2, "'\\x' is not followed by two hex digits", "write one byte as two digits, as in '\\x0a'"));
            return 2;
        }
        bytes.append((char) (high << 4 | low));
        return 4;
    }

    private static int digit(String body, int at) {
        return at < body.length() && body.charAt(at) < 0x80 ? Character.digit(body.charAt(at), 16) : -1;
    }
}
