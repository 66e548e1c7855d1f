// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.JsonReader.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The short way through what nearly every document is: ASCII, within its limits and without a fault.
///
/// It says what it has read or nothing at all. Whatever it does not know at once it leaves to the careful
/// way of [JsonReader], which alone decides what is wrong: faults, characters beyond ASCII or by number,
/// carriage returns, keys that stand twice. So it may take less than the careful way, never more; both
/// give the same tree.
///
/// Used once, by one thread.
final class PlainJson {
    /// Up to so many keys a mapping is searched, above it keeps a table.
    private static final int FEW = 24;
    private static final Node[] NO_NODES = {};
    private static final Node.Entry[] NO_ENTRIES = {};

    private final SourceText source;
    private final byte[] bytes;
    private final Limits limits;
    private int at;
    private int line;
    private int lineStart;
    private int depth;
    private int values;

    private PlainJson(SourceText source, byte[] bytes, int from, Limits limits) {
        this.source = source;
        this.bytes = bytes;
        this.limits = limits;
        this.at = from;
        this.line = source.firstLine();
        this.lineStart = from;
    }

    /// @param source of these bytes, from `from` on
    static Optional<Node> read(SourceText source, byte[] bytes, int from, Limits limits) {
        if (source.text().length() != bytes.length - from) {
            return Optional.empty(); // some character takes several bytes
        }
        return Optional.ofNullable(new PlainJson(source, bytes, from, limits).document());
    }

    /// Null, here and below, where the careful way must look.
    private Node document() {
        var root = value(next());
        return root != null && next() < 0 ? root : null;
    }

    /// The next byte that is no white space, where `at` stands then; -1 at the end.
    private int next() {
        for (; at < bytes.length; at++) {
            int b = bytes[at];
            if (b > ' ') {
                return b;
            }
            if (b == '\n') {
                line++;
                lineStart = at + 1;
            } else if (b != ' ' && b != '\t') {
                return 0; // fits nowhere
            }
        }
        return -1;
    }

    private Node value(int first) {
        if (++values > limits.values()) {
            return null;
        }
        return switch (first) {
            case '{' -> mapping();
            case '[' -> sequence();
            case '"' -> text();
            case 't' -> word("true") ? new Node.Bool(true, behind(4)) : null;
            case 'f' -> word("false") ? new Node.Bool(false, behind(5)) : null;
            case 'n' -> word("null") ? new Node.Null(behind(4)) : null;
            default -> number();
        };
    }

    private Node mapping() {
        if (++depth > limits.depth()) {
            return null;
        }
        var span = here(1);
        at++;
        var entries = NO_ENTRIES;
        int count = 0;
        Set<String> many = null;
        int b = next();
        if (b == '}') {
            at++;
            depth--;
            return new Node.Mapping(List.of(), span);
        }
        while (b == '"') {
            int start = at;
            var key = string(JsonReader.MAX_NAME_CHARS);
            if (key == null) {
                return null;
            }
            var keySpan = behind(at - start);
            if (count == FEW) {
                many = new HashSet<>(4 * FEW);
                for (int i = 0; i < count; i++) {
                    many.add(entries[i].key());
                }
            }
            if (many == null ? stands(entries, count, key) : !many.add(key)) {
                return null;
            }
            if (next() != ':') {
                return null;
            }
            at++;
            var value = value(next());
            if (value == null) {
                return null;
            }
            if (count == entries.length) {
                entries = Arrays.copyOf(entries, count == 0 ? 4 : 2 * count);
            }
            entries[count++] = new Node.Entry(key, keySpan, value);
            b = next();
            if (b == '}') {
                at++;
                depth--;
                return new Node.Mapping(list(entries, count), span);
            }
            if (b != ',') {
                return null;
            }
            at++;
            b = next();
        }
        return null;
    }

    private static boolean stands(Node.Entry[] entries, int count, String key) {
        for (int i = 0; i < count; i++) {
            if (entries[i].key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    private Node sequence() {
        if (++depth > limits.depth()) {
            return null;
        }
        var span = here(1);
        at++;
        int b = next();
        if (b == ']') {
            at++;
            depth--;
            return new Node.Sequence(List.of(), span);
        }
        var items = NO_NODES;
        int count = 0;
        while (true) {
            var item = value(b);
            if (item == null) {
                return null;
            }
            if (count == items.length) {
                items = Arrays.copyOf(items, count == 0 ? 4 : 2 * count);
            }
            items[count++] = item;
            b = next();
            if (b == ']') {
                at++;
                depth--;
                return new Node.Sequence(list(items, count), span);
            }
            if (b != ',') {
                return null;
            }
            at++;
            b = next();
        }
    }

    private static <T> List<T> list(T[] some, int count) {
        return switch (count) {
            case 1 -> List.of(some[0]);
            case 2 -> List.of(some[0], some[1]);
            default -> List.of(count == some.length ? some : Arrays.copyOf(some, count));
        };
    }

    private Node text() {
        int start = at;
        var text = string(limits.stringChars());
        return text == null ? null : new Node.Text(text, behind(at - start));
    }

    /// From an opening quote to behind the closing one.
    private String string(int most) {
        int start = at + 1;
        int end = start;
        boolean escapes = false;
        while (true) {
            if (end >= bytes.length || bytes[end] < ' ') {
                return null;
            }
            int b = bytes[end];
            if (b == '"') {
                break;
            }
            if (b == '\\') {
                escapes = true;
                end++; // whatever is escaped ends nothing
            }
            end++;
        }
        at = end + 1;
        if (escapes) {
            return unescaped(start, end, most);
        }
        return end - start > most ? null : new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private String unescaped(int start, int end, int most) {
        var text = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (b == '\\') {
                b = switch (bytes[++i]) {
                    case '"' -> '"';
                    case '\\' -> '\\';
                    case '/' -> '/';
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    default -> -1;
                };
                if (b < 0) {
                    return null;
                }
            }
            text[length++] = b;
        }
        return length > most ? null : new String(text, 0, length, StandardCharsets.ISO_8859_1);
    }

    /// `-1.5e3`. What follows is looked at by whoever asks for the next byte.
    private Node number() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        boolean zero = peek() == '0';
        int whole = digits();
        if (whole == 0 || zero && whole > 1) {
            return null;
        }
        if (peek() == '.') {
            at++;
            if (digits() == 0) {
                return null;
            }
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            if (digits() == 0) {
                return null;
            }
        }
        int length = at - start;
        return length > JsonReader.MAX_NUMBER_CHARS
                ? null
                : new Node.Number(new String(bytes, start, length, StandardCharsets.ISO_8859_1), behind(length));
    }

    private int digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at - start;
    }

    private int peek() {
        return at < bytes.length ? bytes[at] : -1;
    }

    private boolean word(String word) {
        if (bytes.length - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private Span here(int length) {
        return new Span(source, line, at - lineStart + 1, length);
    }

    /// The last bytes that were read; nothing that is read at once spans lines.
    private Span behind(int length) {
        return new Span(source, line, at - length - lineStart + 1, length);
    }
}
