// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.ScannerException;

/// Reads YAML, as [Dialect] says; aliases and merge keys are resolved. Every text ends in a [Reading],
/// whatever it holds; size, depth and the number of values are bounded.
public final class YamlReader {
    static final int MAX_DEPTH = 100;

    /// What a scalar is, what is refused and how much is read.
    public enum Dialect {
        /// As Kubernetes reads: YAML 1.1 words for true and false, only values that JSON can carry. Where Kubernetes is
        /// lenient and the meaning would depend on the reader (a key given twice), it is refused.
        KUBERNETES(4 * 1024 * 1024, 500_000),
        /// As rules files are read: a scalar is its text, and what the text means is for whoever asks for it. Tags mean
        /// nothing. Of a key given twice the first counts, and a warning says so.
        RULES(16 * 1024 * 1024, 3_000_000);

        /// Code points in one text.
        final int maxLength;
        /// Values in one text; an alias counts as everything it stands for.
        final int maxValues;

        Dialect(int maxLength, int maxValues) {
            this.maxLength = maxLength;
            this.maxValues = maxValues;
        }
    }

    private final Dialect dialect;
    private final Lines lines;
    private final ParserImpl events;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int values;
    private int deepest;
    /// Where the last taken event ended.
    private Mark reached;

    private YamlReader(SourceText source, Lines lines, Dialect dialect) {
        this.dialect = dialect;
        this.lines = lines;
        var options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE); // ours is checked before
        this.events = new ParserImpl(new StreamReader(source.text()), options);
    }

    /// In the dialect of Kubernetes.
    public static Reading read(SourceText source) {
        return read(source, Dialect.KUBERNETES);
    }

    public static Reading read(SourceText source, Dialect dialect) {
        var unreadable = tooLarge(source, dialect.maxLength).or(() -> unreadableCharacter(source));
        if (unreadable.isPresent()) {
            return new Reading(List.of(), List.of(unreadable.get()));
        }
        return new YamlReader(source, new Lines(source), dialect).documents();
    }

    private static Optional<Diagnostic> tooLarge(SourceText source, int most) {
        int length = source.text().codePointCount(0, source.text().length());
        if (length <= most) {
            return Optional.empty();
        }
        return Optional.of(Code.TEXT_TOO_LARGE.at(
                new Span(source, 1, 1, 1), "the text has " + length + " characters, at most " + most + " are read"));
    }

    private static Optional<Diagnostic> unreadableCharacter(SourceText source) {
        int offset = 0;
        for (int i = 0; i < source.text().length(); offset++) {
            int point = source.text().codePointAt(i);
            if (!StreamReader.isPrintable(point)) {
                return Optional.of(Code.UNREADABLE_CHARACTER.at(
                        new Lines(source).span(offset, offset + 1), "character U+%04X".formatted(point)));
            }
            i += Character.charCount(point);
        }
        return Optional.empty();
    }

    private Reading documents() {
        var documents = new ArrayList<Node>();
        try {
            take(); // the start of the stream
            while (!next(Event.ID.StreamEnd)) {
                take(); // the start of the document
                anchors.clear();
                boolean empty = holdsNothing(peek());
                var document = value(1);
                if (!empty) {
                    documents.add(document);
                }
                take(); // the end of the document
            }
        } catch (Unreadable e) {
            diagnostics.add(e.diagnostic);
        } catch (MarkedYAMLException e) {
            diagnostics.add(notYaml(e));
        } catch (YAMLException _) { // without a place: the library's scanner lost its way in what comes next
            diagnostics.add(Code.NOT_YAML.at(
                    lines.span(reached.getIndex(), reached.getIndex() + 1), "not YAML: unreadable from here on"));
        }
        diagnostics.sort(Comparator.comparingInt((Diagnostic d) -> d.span().line())
                .thenComparingInt(d -> d.span().column()));
        return new Reading(documents, diagnostics);
    }

    /// Takes the events of one value, whatever becomes of it.
    private Node value(int depth) {
        var event = (NodeEvent) take();
        var span = span(event);
        if (event instanceof AliasEvent alias) {
            return aliased(alias, depth, span);
        }
        if (depth > MAX_DEPTH) {
            throw new Unreadable(Code.TOO_DEEP.at(span, "nested deeper than " + MAX_DEPTH + " levels"));
        }
        int before = values;
        int deepestBefore = deepest;
        deepest = depth;
        if (event.getAnchor() != null) {
            anchors.remove(event.getAnchor()); // an alias to it from inside has nothing to stand for
        }
        count(1, span);
        var node = switch (event.getEventId()) {
            case MappingStart -> mapping((CollectionStartEvent) event, depth, span);
            case SequenceStart -> sequence((CollectionStartEvent) event, depth, span);
            case Scalar -> scalar((ScalarEvent) event, span);
            default -> throw new IllegalStateException("no value starts with " + event);
        };
        if (event.getAnchor() != null) {
            anchors.put(event.getAnchor(), new Anchored(node, values - before, deepest - depth));
        }
        deepest = Math.max(deepest, deepestBefore);
        return node;
    }

    private Node mapping(CollectionStartEvent start, int depth, Span span) {
        checkTag(start, "tag:yaml.org,2002:map", span);
        var entries = new ArrayList<Node.Entry>();
        var keys = new HashMap<String, Span>();
        var merges = new ArrayList<Merge>();
        while (!next(Event.ID.MappingEnd)) {
            var keyEvent = peek();
            if (isMerge(keyEvent)) {
                take();
                merges.add(new Merge(entries.size(), value(depth + 1)));
                continue;
            }
            var keyNode = value(depth + 1);
            var keySpan = keyEvent instanceof AliasEvent ? span(keyEvent) : keyNode.span();
            var key = key(keyNode, keySpan);
            var value = value(depth + 1);
            if (key.isEmpty()) {
                continue;
            }
            var first = keys.putIfAbsent(key.get(), keySpan);
            if (first != null) {
                report(
                        dialect == Dialect.RULES ? Code.KEY_TWICE : Code.DUPLICATE_KEY,
                        keySpan,
                        "duplicate key '" + key.get() + "', first given in line " + first.line());
                continue;
            }
            entries.add(new Node.Entry(key.get(), keySpan, value));
        }
        var whole = span(start, take());
        return new Node.Mapping(merged(entries, keys.keySet(), merges), whole);
    }

    private Node sequence(CollectionStartEvent start, int depth, Span span) {
        checkTag(start, "tag:yaml.org,2002:seq", span);
        var items = new ArrayList<Node>();
        while (!next(Event.ID.SequenceEnd)) {
            items.add(value(depth + 1));
        }
        return new Node.Sequence(items, span(start, take()));
    }

    private Node scalar(ScalarEvent event, Span span) {
        if (dialect == Dialect.RULES) {
            return event.isPlain() && Scalar.NULL.contains(event.getValue())
                    ? new Node.Null(span)
                    : new Node.Text(event.getValue(), span);
        }
        var scalar = Scalar.of(event);
        return switch (scalar) {
            case Scalar.Value(var make) -> make.at(span);
            case Scalar.NotFinite _ -> {
                report(Code.NOT_FINITE, span, "'" + event.getValue() + "' is not a finite number");
                yield new Node.Null(span);
            }
            case Scalar.UnsupportedTag(var tag) -> {
                report(Code.UNSUPPORTED_TAG, span, "tag '" + written(tag) + "' cannot be read here");
                yield new Node.Text(event.getValue(), span);
            }
        };
    }

    private Node aliased(AliasEvent alias, int depth, Span span) {
        var anchored = anchors.get(alias.getAnchor());
        if (anchored == null) {
            report(
                    Code.UNKNOWN_ALIAS,
                    span,
                    "nothing complete is anchored as '&" + alias.getAnchor() + "' before this");
            return new Node.Null(span);
        }
        if (depth + anchored.height() > MAX_DEPTH) {
            throw new Unreadable(Code.TOO_DEEP.at(
                    span, "nested deeper than " + MAX_DEPTH + " levels, with what the alias stands for"));
        }
        count(anchored.values(), span);
        deepest = Math.max(deepest, depth + anchored.height());
        return anchored.node();
    }

    /// Kubernetes turns keys into text the way JSON writes them.
    private Optional<String> key(Node key, Span span) {
        return switch (key) {
            case Node.Text text -> Optional.of(text.value());
            case Node.Bool bool -> Optional.of(Boolean.toString(bool.value()));
            case Node.Number number -> Optional.of(number.literal());
            case Node.Null _, Node.Mapping _, Node.Sequence _ -> {
                report(Code.UNUSABLE_KEY, span, "this key is not text");
                yield Optional.empty();
            }
        };
    }

    private static boolean isMerge(Event key) {
        return key instanceof ScalarEvent scalar
                && scalar.isPlain()
                && scalar.getValue().equals("<<")
                && (scalar.getTag() == null || scalar.getTag().equals("tag:yaml.org,2002:merge"));
    }

    /// Entries written out win over merged ones; of several merged mappings the first wins.
    private List<Node.Entry> merged(List<Node.Entry> written, Set<String> writtenKeys, List<Merge> merges) {
        if (merges.isEmpty()) {
            return written;
        }
        var keys = new HashSet<>(writtenKeys);
        var all = new ArrayList<Node.Entry>();
        int next = 0;
        for (var merge : merges) {
            all.addAll(written.subList(next, merge.before()));
            next = merge.before();
            for (var mapping : mappings(merge.value())) {
                for (var entry : mapping.entries()) {
                    if (keys.add(entry.key())) {
                        all.add(entry);
                    }
                }
            }
        }
        all.addAll(written.subList(next, written.size()));
        return all;
    }

    private List<Node.Mapping> mappings(Node merge) {
        var items = merge instanceof Node.Sequence sequence ? sequence.items() : List.of(merge);
        var mappings = new ArrayList<Node.Mapping>();
        for (var item : items) {
            if (item instanceof Node.Mapping mapping) {
                mappings.add(mapping);
            } else {
                report(Code.MERGE_OF_NO_MAPPING, item.span(), "'<<' wants a mapping here");
            }
        }
        return mappings;
    }

    private void checkTag(CollectionStartEvent start, String plain, Span span) {
        var tag = start.getTag();
        if (dialect == Dialect.KUBERNETES && tag != null && !tag.equals("!") && !tag.equals(plain)) {
            report(Code.UNSUPPORTED_TAG, span, "tag '" + written(tag) + "' cannot be read here");
        }
    }

    private void count(int more, Span span) {
        values += more;
        if (values > dialect.maxValues) {
            throw new Unreadable(Code.TOO_MANY_VALUES.at(
                    span, "more than " + dialect.maxValues + " values, counting what aliases stand for"));
        }
    }

    private static boolean holdsNothing(Event event) {
        return event instanceof ScalarEvent scalar
                && scalar.isPlain()
                && scalar.getValue().isEmpty()
                && scalar.getTag() == null;
    }

    private Event take() {
        var event = peek();
        events.getEvent();
        reached = event.getEndMark();
        return event;
    }

    private boolean next(Event.ID id) {
        return peek().getEventId() == id;
    }

    /// snakeyaml 2.7 lets an escape such as `"\UFFFFFFFF"` out as the exception of the number it could not make.
    private Event peek() {
        try {
            return events.peekEvent();
        } catch (IllegalArgumentException _) {
            throw new ScannerException(null, null, "after this an escape stands for no character", reached);
        }
    }

    private Span span(Event event) {
        return lines.span(event.getStartMark().getIndex(), event.getEndMark().getIndex());
    }

    /// A block collection ends lines later; its first line stands for it.
    private Span span(CollectionStartEvent start, Event end) {
        return lines.span(
                start.getStartMark().getIndex(),
                start.isFlow() ? end.getEndMark().getIndex() : Integer.MAX_VALUE);
    }

    private void report(Code code, Span span, String message) {
        diagnostics.add(code.at(span, message));
    }

    private Diagnostic notYaml(MarkedYAMLException e) {
        var span = lines.span(place(e).getIndex(), place(e).getIndex() + 1);
        if (e.getProblem().contains("(TAB)")) {
            return Code.NOT_YAML.at(span, "not YAML: a tab where only spaces can be", "indent with spaces");
        }
        var context = e.getContext() == null ? "" : e.getContext() + ": ";
        return Code.NOT_YAML.at(span, "not YAML: " + context + e.getProblem());
    }

    /// What runs on to the end of the text is wrong where it began.
    private static Mark place(MarkedYAMLException e) {
        boolean ranOut = e.getProblemMark() == null
                || e.getProblem().contains("end of stream")
                || e.getProblem().contains("<stream end>");
        return ranOut && e.getContextMark() != null ? e.getContextMark() : e.getProblemMark();
    }

    private static String written(String tag) {
        return tag.replace("tag:yaml.org,2002:", "!!");
    }

    /// Ends the reading from any depth; never leaves this class.
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Diagnostic diagnostic;

        Unreadable(Diagnostic diagnostic) {
            super(diagnostic.message(), null, false, false);
            this.diagnostic = diagnostic;
        }
    }

    /// A value that aliases may stand for.
    ///
    /// @param values how many it holds, itself and everything in it
    /// @param height levels below it
    private record Anchored(Node node, int values, int height) {}

    /// @param before how many written entries stand before it
    private record Merge(int before, Node value) {}
}
