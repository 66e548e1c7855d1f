// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One JSON document (RFC 8259) to a tree. On the request path of the gate: one pass, no binding, no recursion deeper
/// than the limit.
///
/// Stricter than most readers where two readers could understand a text differently: a key may stand once, and nothing
/// may follow the document.
public final class JsonReader {
    /// What a document may cost. Each limit is the largest value still read.
    ///
    /// @param bytes of the whole text
    /// @param depth of mappings and sequences inside each other
    /// @param stringChars of one text value
    public record Limits(int bytes, int depth, int stringChars) {
        /// Twice what etcd keeps for one object, since an admission review may carry the old object beside the new.
        public static final Limits DEFAULT = new Limits(3 * 1024 * 1024, 100, 2 * 1024 * 1024);

        public Limits {
            if (bytes < 1 || depth < 1 || stringChars < 1) {
                throw new IllegalArgumentException(
                        "limits start at 1, got " + bytes + ", " + depth + ", " + stringChars);
            }
        }
    }

    public sealed interface Outcome {
        record Document(Node root) implements Outcome {}

        /// A text is refused at its first fault: what follows a JSON fault has no certain meaning.
        record Refused(Diagnostic diagnostic) implements Outcome {}
    }

    private static final int MAX_NAME_CHARS = 4096;
    private static final int MAX_NUMBER_CHARS = 100;
    private static final int FEW = 8;

    private JsonReader() {}

    /// @param name of the source in diagnostics, usually a path
    public static Outcome read(String name, byte[] bytes, Limits limits) {
        if (bytes.length > limits.bytes()) {
            var start = new Span(new SourceText(name, ""), 1, 1, 1);
            return refused(
                    "GH-1502",
                    start,
                    "the text has " + bytes.length + " bytes",
                    "at most " + limits.bytes() + " are read",
                    "make it smaller, or split it");
        }
        var text = decode(bytes);
        return text == null ? notUtf8(name, bytes) : new Reading(new SourceText(name, text), limits).run();
    }

    /// Null where the bytes are not UTF-8. A byte order mark is dropped.
    private static String decode(byte[] bytes) {
        int from = bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF
                ? 3
                : 0;
        var text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) { // nothing was replaced
            return text;
        }
        var out = CharBuffer.allocate(bytes.length - from);
        var decoder = StandardCharsets.UTF_8.newDecoder(); // reports what it cannot read
        return decoder.decode(ByteBuffer.wrap(bytes, from, bytes.length - from), out, true)
                        .isError()
                ? null
                : text;
    }

    private static Outcome notUtf8(String name, byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        var readable = out.flip().toString();
        var source = new SourceText(name, readable);
        return refused(
                "GH-1508",
                new Place(source).at(readable.length(), 1),
                "byte 0x%02x is not UTF-8".formatted(bytes[in.position()]),
                "JSON is UTF-8",
                "write the text in UTF-8");
    }

    private static Outcome.Refused refused(String code, Span span, String message, String why, String fix) {
        return new Outcome.Refused(new Diagnostic(code, Severity.ERROR, span, message, why, fix));
    }

    /// Ends a reading; never leaves this class.
    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Outcome.Refused refused;

        Fault(Outcome.Refused refused) {
            super(null, null, false, false);
            this.refused = refused;
        }
    }

    /// From offsets in UTF-16 to lines and columns in code points. Asked in ascending order, so the whole text is
    /// walked once.
    private static final class Place {
        private final SourceText source;
        private final String text;
        private int offset;
        private int line = 1;
        private int column = 1;

        Place(SourceText source) {
            this.source = source;
            this.text = source.text();
        }

        Span at(int wanted, int length) {
            while (offset < wanted) {
                char c = text.charAt(offset++);
                if (c == '\n') {
                    line++;
                    column = 1;
                } else if (!Character.isLowSurrogate(c)) {
                    column++;
                }
            }
            return new Span(source, line, column, length);
        }

        /// The code points from where `at` last was up to an offset, at least 1.
        int lengthTo(int end) {
            int length = 0;
            for (int i = offset; i < end; i++) {
                if (!Character.isLowSurrogate(text.charAt(i))) {
                    length++;
                }
            }
            return Math.max(1, length);
        }
    }

    /// One document. Used once, by one thread.
    private static final class Reading {
        /// Names are not interned nor kept: the keys come from whoever sends the text.
        private static final JsonFactory FACTORY = JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(Integer.MAX_VALUE) // counted here, with a place
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .build())
                .build();

        private final SourceText source;
        private final Limits limits;
        private final Place place;
        private JsonParser parser;
        private int depth;
        private boolean complete;

        Reading(SourceText source, Limits limits) {
            this.source = source;
            this.limits = limits;
            this.place = new Place(source);
        }

        Outcome run() {
            try (var opened = FACTORY.createParser(source.text())) {
                parser = opened;
                return read();
            } catch (IOException e) {
                throw new UncheckedIOException("reading a text in memory", e);
            }
        }

        /// A fault is placed before the parser is closed, which moves it to the end.
        private Outcome read() throws IOException {
            try {
                var first = parser.nextToken();
                if (first == null) {
                    return refused(
                            "GH-1507", end(), "the text is empty", "a JSON document is one value", "write a value");
                }
                var root = value(first);
                complete = true;
                if (parser.nextToken() != null) {
                    throw new Fault(trailing(place.at(tokenStart(), 1)));
                }
                return new Outcome.Document(root);
            } catch (Fault fault) {
                return fault.refused;
            } catch (StreamConstraintsException _) {
                return refused(
                        "GH-1504",
                        here(),
                        "a number has more than " + MAX_NUMBER_CHARS + " characters",
                        "no field holds such a number",
                        "write it shorter, or as a text");
            } catch (JsonEOFException _) {
                return refused(
                        "GH-1507",
                        end(),
                        "the text ends inside a value",
                        "every '{', '[' and '\"' must be closed",
                        "write the rest, or check whether the text was cut");
            } catch (JsonParseException fault) {
                return syntax(fault);
            }
        }

        private Node value(JsonToken token) throws IOException {
            int start = tokenStart();
            return switch (token) {
                case START_OBJECT -> mapping(place.at(start, 1));
                case START_ARRAY -> sequence(place.at(start, 1));
                case VALUE_STRING -> {
                    var text = parser.getText();
                    var span = quoted(start);
                    if (text.length() > limits.stringChars()) {
                        throw new Fault(refused(
                                "GH-1504",
                                span,
                                "a text has " + text.length() + " characters",
                                "at most " + limits.stringChars() + " are read",
                                "make it shorter"));
                    }
                    yield new Node.Text(text, span);
                }
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

        private Node.Mapping mapping(Span span) throws IOException {
            deeper(span);
            var entries = new ArrayList<Node.Entry>();
            Set<String> many = null; // only a large mapping pays for a set
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var key = parser.currentName();
                var keySpan = quoted(tokenStart());
                if (key.length() > MAX_NAME_CHARS) {
                    throw new Fault(refused(
                            "GH-1504",
                            keySpan,
                            "a key has " + key.length() + " characters",
                            "at most " + MAX_NAME_CHARS + " are read",
                            "make it shorter"));
                }
                if (entries.size() == FEW) {
                    many = new HashSet<>(4 * FEW);
                    for (var entry : entries) {
                        many.add(entry.key());
                    }
                }
                if (many == null ? among(entries, key) : !many.add(key)) {
                    throw new Fault(refused(
                            "GH-1505",
                            keySpan,
                            "key '" + key + "' stands twice",
                            "readers disagree on which of the two counts",
                            "remove one"));
                }
                entries.add(new Node.Entry(key, keySpan, value(parser.nextToken())));
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
                throw new Fault(refused(
                        "GH-1503",
                        span,
                        "values stand more than " + limits.depth() + " deep inside each other",
                        "deeper texts are not read",
                        "make it flatter"));
            }
        }

        private static boolean among(List<Node.Entry> entries, String key) {
            for (var entry : entries) {
                if (entry.key().equals(key)) {
                    return true;
                }
            }
            return false;
        }

        private int tokenStart() {
            return (int) parser.currentTokenLocation().getCharOffset();
        }

        /// From an opening quote to its closing one. The parser has already found the two well.
        private Span quoted(int start) {
            var text = source.text();
            int end = start + 1;
            while (text.charAt(end) != '"') {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            var span = place.at(start, 1);
            return new Span(source, span.line(), span.column(), place.lengthTo(end + 1));
        }

        private Span here() {
            return place.at(
                    Math.max(place.offset, Math.min(offset(), source.text().length())), 1);
        }

        private int offset() {
            return (int) parser.currentLocation().getCharOffset();
        }

        private Span end() {
            return place.at(source.text().stripTrailing().length(), 1);
        }

        private Outcome syntax(JsonParseException fault) {
            // The parser stands behind the character it could not take.
            int at = Math.max(0, Math.min(offset() - 1, source.text().length() - 1));
            var seen = source.text().substring(at, source.text().offsetByCodePoints(at, 1));
            var span = place.at(Math.max(at, place.offset), 1);
            if (complete) {
                return trailing(span);
            }
            return refused(
                    "GH-1501",
                    span,
                    "not JSON at '" + seen.replaceAll("\\p{Cntrl}", "?") + "'",
                    sentence(fault.getOriginalMessage()),
                    "check for a missing quote, comma or bracket, or one too many");
        }

        private static Outcome.Refused trailing(Span span) {
            return refused(
                    "GH-1506",
                    span,
                    "text follows the document",
                    "one text holds one JSON document",
                    "remove what follows, or write one document a text");
        }

        /// The parser's own reason, in one line.
        private static String sentence(String reason) {
            int end = reason.indexOf('\n');
            var line = end < 0 ? reason : reason.substring(0, end);
            return line.length() > 200 ? line.substring(0, 200) + "…" : line;
        }
    }
}
