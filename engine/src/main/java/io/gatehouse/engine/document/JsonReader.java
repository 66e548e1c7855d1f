// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One JSON document (RFC 8259) to a tree. On the request path of the gate: one pass, no binding, no recursion deeper
/// than the limit; a second pass for what [PlainJson] does not take.
///
/// Stricter than most readers where two readers could understand a text differently: a key may stand once, and nothing
/// may follow the document. A text is refused at its first fault, since what follows a fault in JSON has no certain
/// meaning; the reading then holds that one diagnostic and no document.
public final class JsonReader {
    /// What a document may cost. Each limit is the largest value still read.
    ///
    /// @param bytes of the whole text
    /// @param depth of mappings and sequences inside each other
    /// @param stringChars of one text value
    /// @param values in the whole tree: each costs some 130 bytes of memory, however few bytes it was written in
    public record Limits(int bytes, int depth, int stringChars, int values) {
        /// Twice what etcd keeps for one object, since an admission review may carry the old object beside the new.
        /// Real objects write more than 15 bytes a value.
        public static final Limits DEFAULT = new Limits(3 * 1024 * 1024, 100, 2 * 1024 * 1024, 200_000);

        public Limits {
            if (bytes < 1 || depth < 1 || stringChars < 1 || values < 1) {
                throw new IllegalArgumentException(
                        "limits start at 1, got " + bytes + ", " + depth + ", " + stringChars + ", " + values);
            }
        }

        /// For texts that nobody hostile writes: as many values as fit.
        public Limits(int bytes, int depth, int stringChars) {
            this(bytes, depth, stringChars, bytes);
        }
    }

    /// What a key that stands twice means.
    public enum Repeated {
        REFUSED,
        /// The last one holds, as to the API server. For records of what happened: a client that wrote a key twice into
        /// its request must not keep the record from being judged.
        LAST_HOLDS
    }

    static final int MAX_NAME_CHARS = 4096;
    static final int MAX_NUMBER_CHARS = 100;

    private JsonReader() {}

    /// @param name of the source in diagnostics, usually a path
    public static Reading read(String name, byte[] bytes, Limits limits) {
        return read(name, 1, bytes, limits, Repeated.REFUSED);
    }

    /// @param firstLine where the text stands in what the name names, from 1
    public static Reading read(String name, int firstLine, byte[] bytes, Limits limits, Repeated repeated) {
        if (bytes.length > limits.bytes()) {
            var nothing = new Span(new SourceText(name, "", firstLine), firstLine, 1, 1);
            return refused(Code.TEXT_TOO_LARGE.at(
                    nothing, "the text has " + bytes.length + " bytes, at most " + limits.bytes() + " are read"));
        }
        int from = startsWithByteOrderMark(bytes) ? 3 : 0;
        var text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) { // written so, or put in for what could not be read
            var readable = readablePart(bytes);
            if (readable.length() < text.length()) {
                return notUtf8(new SourceText(name, readable, firstLine), bytes);
            }
        }
        var source = new SourceText(name, text, firstLine);
        var plain = PlainJson.read(source, bytes, from, limits);
        return plain.isPresent() ? new Reading(List.of(plain.get()), List.of()) : carefully(source, limits, repeated);
    }

    /// The whole language, and what is wrong where something is.
    static Reading carefully(SourceText source, Limits limits, Repeated repeated) {
        return new Parse(source, limits, repeated).run();
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
    }

    /// Up to the first byte that is not UTF-8.
    private static String readablePart(byte[] bytes) {
        int from = startsWithByteOrderMark(bytes) ? 3 : 0;
        var out = CharBuffer.allocate(bytes.length);
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, bytes.length - from), out, true);
        return out.flip().toString();
    }

    private static Reading notUtf8(SourceText source, byte[] bytes) {
        var readable = source.text();
        int at = readable.getBytes(StandardCharsets.UTF_8).length + (startsWithByteOrderMark(bytes) ? 3 : 0);
        var span = new Place(source).at(readable.length(), 1);
        return refused(Code.JSON_NOT_UTF_8.at(span, "byte 0x%02x is not UTF-8".formatted(bytes[at])));
    }

    private static Reading refused(Diagnostic diagnostic) {
        return new Reading(List.of(), List.of(diagnostic));
    }

    /// Ends a parse; never leaves this class.
    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Diagnostic diagnostic;

        Fault(Diagnostic diagnostic) {
            super(null, null, false, false);
            this.diagnostic = diagnostic;
        }
    }

    /// From offsets in UTF-16 to lines and columns as [io.gatehouse.engine.diagnostic.Lines] counts them. Asked in
    /// ascending order, so that the whole text is walked once.
    private static final class Place {
        private final SourceText source;
        private final String text;
        private int offset;
        private int line;
        private int column = 1;

        Place(SourceText source) {
            this.source = source;
            this.text = source.text();
            this.line = source.firstLine();
        }

        /// @param wanted at or behind the last one asked for
        Span at(int wanted, int length) {
            while (offset < wanted) {
                char c = text.charAt(offset++);
                if (c == '\n' || c == '\r' && (offset == text.length() || text.charAt(offset) != '\n')) {
                    line++;
                    column = 1;
                } else if (!Character.isLowSurrogate(c)) {
                    column++;
                }
            }
            return new Span(source, line, column, length);
        }
    }

    /// One document. Used once, by one thread.
    private static final class Parse {
        /// Names are not interned nor kept: the keys come from whoever sends the text.
        private static final JsonFactory FACTORY = JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(Integer.MAX_VALUE) // this and the next two are bounded here, with a place
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .build())
                .build();

        /// Up to so many keys a mapping is searched, above it keeps a table.
        private static final int FEW = 8;

        private final SourceText source;
        private final Limits limits;
        private final Repeated repeated;
        private final Place place;
        private JsonParser parser;
        private int depth;
        private int values;
        private boolean complete;

        Parse(SourceText source, Limits limits, Repeated repeated) {
            this.source = source;
            this.limits = limits;
            this.repeated = repeated;
            this.place = new Place(source);
        }

        Reading run() {
            try (var opened = FACTORY.createParser(source.text())) {
                parser = opened;
                return document();
            } catch (IOException e) {
                throw new UncheckedIOException("reading a text in memory", e);
            }
        }

        /// A fault is placed here, before the parser is closed, which moves it to the end.
        private Reading document() throws IOException {
            try {
                var first = parser.nextToken();
                if (first == null) {
                    return refused(Code.TEXT_CUT_SHORT.at(end(), "the text is empty"));
                }
                var root = value(first);
                complete = true;
                return parser.nextToken() == null
                        ? new Reading(List.of(root), List.of())
                        : refused(trailing(place.at(tokenStart(), 1)));
            } catch (Fault fault) {
                return refused(fault.diagnostic);
            } catch (StreamConstraintsException _) {
                var span = place.at(Math.max(place.offset, behind()), 1);
                return refused(
                        Code.VALUE_TOO_LONG.at(span, "a number has more than " + MAX_NUMBER_CHARS + " characters"));
            } catch (JsonEOFException _) {
                return refused(Code.TEXT_CUT_SHORT.at(end(), "the text ends inside a value"));
            } catch (JsonParseException fault) {
                return refused(syntax(fault));
            }
        }

        private Node value(JsonToken token) throws IOException {
            int start = tokenStart();
            if (++values > limits.values()) {
                throw new Fault(Code.TEXT_TOO_LARGE.at(
                        place.at(start, 1), "the text has more than " + limits.values() + " values"));
            }
            return switch (token) {
                case START_OBJECT -> mapping(place.at(start, 1));
                case START_ARRAY -> sequence(place.at(start, 1));
                case VALUE_STRING -> text(parser.getText(), quoted(start));
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    var literal = parser.getText();
                    yield new Node.Number(literal, place.at(start, literal.length()));
                }
                case VALUE_TRUE -> new Node.Bool(true, place.at(start, 4));
                case VALUE_FALSE -> new Node.Bool(false, place.at(start, 5));
                case VALUE_NULL -> new Node.Null(place.at(start, 4));
                case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw new IllegalStateException("the JSON parser gave " + token + " for a value");
            };
        }

        private Node.Text text(String text, Span span) {
            if (text.length() > limits.stringChars()) {
                throw new Fault(Code.VALUE_TOO_LONG.at(
                        span,
                        "a text has " + text.length() + " characters, at most " + limits.stringChars() + " are read"));
            }
            return new Node.Text(text, span);
        }

        private Node.Mapping mapping(Span span) throws IOException {
            deeper(span);
            var entries = new ArrayList<Node.Entry>();
            Map<String, Integer> many = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var key = parser.currentName();
                var keySpan = quoted(tokenStart());
                if (key.length() > MAX_NAME_CHARS) {
                    throw new Fault(Code.VALUE_TOO_LONG.at(
                            keySpan,
                            "a key has " + key.length() + " characters, at most " + MAX_NAME_CHARS + " are read"));
                }
                if (entries.size() == FEW && many == null) {
                    many = places(entries);
                }
                int earlier = many == null ? placeAmong(entries, key) : many.getOrDefault(key, -1);
                if (earlier >= 0 && repeated == Repeated.REFUSED) {
                    throw new Fault(Code.DUPLICATE_KEY.at(keySpan, "key '" + key + "' stands twice"));
                }
                var entry = new Node.Entry(key, keySpan, value(parser.nextToken()));
                if (earlier >= 0) {
                    entries.set(earlier, entry);
                    continue;
                }
                if (many != null) {
                    many.put(key, entries.size());
                }
                entries.add(entry);
            }
            depth--;
            return new Node.Mapping(entries, span);
        }

        private Node.Sequence sequence(Span span) throws IOException {
            deeper(span);
            var items = new ArrayList<Node>();
            for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                items.add(value(token));
            }
            depth--;
            return new Node.Sequence(items, span);
        }

        private void deeper(Span span) {
            if (++depth > limits.depth()) {
                throw new Fault(Code.TOO_DEEP.at(span, "nested deeper than " + limits.depth() + " levels"));
            }
        }

        private static Map<String, Integer> places(List<Node.Entry> entries) {
            var places = new HashMap<String, Integer>(4 * FEW);
            for (int i = 0; i < entries.size(); i++) {
                places.put(entries.get(i).key(), i);
            }
            return places;
        }

        private static int placeAmong(List<Node.Entry> entries, String key) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).key().equals(key)) {
                    return i;
                }
            }
            return -1;
        }

        /// From an opening quote to its closing one, which the parser has already found.
        private Span quoted(int start) {
            var text = source.text();
            int end = start + 1;
            int length = 1;
            for (char c = text.charAt(end); c != '"'; c = text.charAt(end)) {
                int chars = c == '\\' ? 2 : 1;
                end += chars;
                length += Character.isLowSurrogate(c) ? 0 : chars;
            }
            return place.at(start, length + 1);
        }

        private int tokenStart() {
            return (int) parser.currentTokenLocation().getCharOffset();
        }

        /// The character the parser took last: it stands behind the one it could not take.
        private int behind() {
            int at = (int) parser.currentLocation().getCharOffset() - 1;
            return Math.clamp(at, 0, Math.max(0, source.text().length() - 1));
        }

        private Span end() {
            return place.at(Math.max(place.offset, source.text().stripTrailing().length()), 1);
        }

        private Diagnostic syntax(JsonParseException fault) {
            int at = behind();
            var span = place.at(Math.max(at, place.offset), 1);
            if (complete) {
                return trailing(span);
            }
            var seen = source.text().substring(at, source.text().offsetByCodePoints(at, 1));
            return Code.NOT_JSON.at(span, "not JSON at '" + seen + "': " + firstLine(fault.getOriginalMessage()));
        }

        private static Diagnostic trailing(Span span) {
            return Code.TEXT_AFTER_DOCUMENT.at(span, "text follows the document");
        }

        private static String firstLine(String reason) {
            int end = reason.indexOf('\n');
            var line = end < 0 ? reason : reason.substring(0, end);
            return line.length() > 200 ? line.substring(0, 200) + "…" : line;
        }
    }
}
