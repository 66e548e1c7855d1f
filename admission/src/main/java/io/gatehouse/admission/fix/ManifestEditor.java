// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import io.gatehouse.admission.fix.Change.How;
import io.gatehouse.admission.fix.Change.Value;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Writes one change into the text of a manifest. Comments, order, quotes and layout of everything else stay as they
/// are, so this works on lines and not on a tree that is printed again.
///
/// It does not understand all of YAML and need not: who calls it reads the result and compares. Places count in
/// code points, as spans do.
final class ManifestEditor {
    private static final int INDENT = 2;

    /// Each with its end of line.
    private final List<String> lines;
    private final String lineEnd;

    private ManifestEditor(String text) {
        lines = new ArrayList<>(List.of(text.splitWithDelimiters("\\R", -1)));
        for (int i = 0; i + 1 < lines.size(); i++) { // the ends to their lines
            lines.set(i, lines.get(i) + lines.remove(i + 1));
        }
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    }

    /// @param document that the path begins at, read from the text
    /// @return absent where the editor does not see how
    static Optional<String> edit(String text, Node document, Change change) {
        var editor = new ManifestEditor(text);
        return editor.write(document, change) ? Optional.of(String.join("", editor.lines)) : Optional.empty();
    }

    private boolean write(Node document, Change change) {
        var at = document;
        Node.Entry entry = null;
        var path = change.path();
        for (int i = 0; i < path.size(); i++) {
            var step = path.get(i);
            if (at instanceof Node.Mapping mapping && step instanceof String key) {
                var found = mapping.entries().stream()
                        .filter(one -> one.key().equals(key))
                        .findFirst();
                if (found.isEmpty()) {
                    return insert(mapping, key, nested(path.subList(i + 1, path.size()), change));
                }
                entry = found.get();
                at = entry.value();
                if (at instanceof Node.Null nothing) {
                    return fill(entry, nothing, nested(path.subList(i + 1, path.size()), change));
                }
            } else if (at instanceof Node.Sequence(var items, var _) && step instanceof Integer place) {
                if (place >= items.size()) {
                    return false;
                }
                at = items.get(place);
                entry = null;
            } else {
                return false;
            }
        }
        return switch (change.how()) {
            case SET -> replace(at, change.value());
            case ADD, ADD_FIRST -> at instanceof Node.Sequence list && append(list, change.value());
        };
    }

    /// The value with the rest of the path around it.
    private static Value nested(List<Object> rest, Change change) {
        var value = change.how() != How.SET ? new Value.Items(List.of(change.value())) : change.value();
        for (int i = rest.size() - 1; i >= 0; i--) {
            value = new Value.Fields(List.of(new Change.Field((String) rest.get(i), value)));
        }
        return value;
    }

    // ---- what is already there

    private boolean replace(Node old, Value value) {
        return switch (old) {
            case Node.Text _, Node.Bool _, Node.Number _ -> replace(old.span(), flow(value, quotesAt(old.span())));
            case Node.Mapping _, Node.Sequence _, Node.Null _ -> false;
        };
    }

    private boolean replace(Span span, String with) {
        var line = lines.get(span.line() - 1);
        int from = offset(line, span.column() - 1);
        int to = offset(line, span.column() - 1 + span.length());
        lines.set(span.line() - 1, line.substring(0, from) + with + line.substring(to));
        return true;
    }

    /// `key:` with nothing behind it, or with a word for nothing.
    private boolean fill(Node.Entry entry, Node.Null nothing, Value value) {
        var key = entry.keySpan();
        var line = lines.get(key.line() - 1);
        int colon = line.indexOf(':', offset(line, key.column() - 1 + key.length() - 1));
        if (colon < 0) {
            return false;
        }
        var behind = line.substring(colon + 1).stripLeading();
        if (behind.startsWith("null") || behind.startsWith("~")) {
            return replace(nothing.span(), flow(value, quotesAt(key)));
        }
        lines.set(
                key.line() - 1,
                line.substring(0, colon + 1) + " " + flow(value, quotesAt(key)) + line.substring(colon + 1));
        return true;
    }

    // ---- what is not there yet

    private boolean insert(Node.Mapping mapping, String key, Value value) {
        if (startsWith(mapping.span(), '{')) {
            boolean quotes = quotesIn(mapping);
            var field = new Change.Field(key, value);
            return open(mapping.span(), field(field, quotes), mapping.entries().isEmpty());
        }
        if (mapping.entries().isEmpty()) {
            return false;
        }
        var first = mapping.entries().getFirst().keySpan();
        int column = first.column() - 1;
        var written = new ArrayList<String>();
        block(new Change.Field(key, value), column, written);
        return insertAt(endOf(first.line() - 1, column, Block.MAPPING), written);
    }

    private boolean append(Node.Sequence list, Value value) {
        if (startsWith(list.span(), '[')) {
            boolean quotes =
                    !list.items().isEmpty() && quotesAt(list.items().getFirst().span());
            return open(list.span(), flow(value, quotes), list.items().isEmpty());
        }
        if (!startsWith(list.span(), '-')) {
            return false;
        }
        int column = list.span().column() - 1;
        var written = new ArrayList<String>();
        item(value, column, written);
        return insertAt(endOf(list.span().line() - 1, column, Block.LIST), written);
    }

    /// Behind an opening bracket, in the layout of what follows it.
    private boolean open(Span span, String first, boolean empty) {
        var line = lines.get(span.line() - 1);
        int behind = offset(line, span.column() - 1) + 1;
        var rest = line.substring(behind);
        if (empty) {
            lines.set(span.line() - 1, line.substring(0, behind) + first + rest);
        } else if (rest.isBlank() && span.line() < lines.size()) { // each on a line of its own, as in JSON
            var next = lines.get(span.line());
            var indent = next.substring(0, next.length() - next.stripLeading().length());
            lines.add(span.line(), indent + first + "," + lineEnd);
        } else {
            lines.set(span.line() - 1, line.substring(0, behind) + first + ", " + rest.stripLeading());
        }
        return true;
    }

    private enum Block {
        MAPPING,
        LIST
    }

    /// The line behind the last that belongs to a block, as far as indentation tells. What follows blank and comment
    /// lines at the end belongs to what comes next.
    private int endOf(int firstLine, int column, Block block) {
        int end = firstLine + 1;
        for (int i = firstLine + 1; i < lines.size(); i++) {
            var line = lines.get(i).stripTrailing();
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int indent = line.length() - line.stripLeading().length();
            boolean item =
                    line.startsWith("-", indent) && (line.length() == indent + 1 || line.charAt(indent + 1) == ' ');
            boolean inside = indent > column || indent == column && (block == Block.MAPPING || item);
            if (!inside || line.startsWith("---") || line.equals("...")) {
                break;
            }
            end = i + 1;
        }
        return end;
    }

    private boolean insertAt(int place, List<String> written) {
        if (place > 0 && !lines.get(place - 1).endsWith("\n")) { // the last line of a text without an end
            lines.set(place - 1, lines.get(place - 1) + lineEnd);
            var last = written.removeLast();
            written.add(last.stripTrailing());
        }
        lines.addAll(place, written);
        return true;
    }

    // ---- how it is written

    private void block(Change.Field field, int column, List<String> out) {
        var key = " ".repeat(column) + field.name() + ":";
        switch (field.value()) {
            case Value.Fields(var fields)
            when !fields.isEmpty() -> {
                out.add(key + lineEnd);
                fields.forEach(one -> block(one, column + INDENT, out));
            }
            case Value.Items(var items)
            when items.stream().anyMatch(Value.Fields.class::isInstance) -> {
                out.add(key + lineEnd);
                items.forEach(one -> item(one, column + INDENT, out));
            }
            default -> out.add(key + " " + flow(field.value(), false) + lineEnd);
        }
    }

    private void item(Value value, int column, List<String> out) {
        if (!(value instanceof Value.Fields(var fields)) || fields.isEmpty()) {
            out.add(" ".repeat(column) + "- " + flow(value, false) + lineEnd);
            return;
        }
        int first = out.size();
        fields.forEach(field -> block(field, column + INDENT, out));
        out.set(first, " ".repeat(column) + "- " + out.get(first).stripLeading());
    }

    private static String flow(Value value, boolean quotes) {
        return switch (value) {
            case Value.Word(var text) -> quotes ? '"' + text + '"' : text;
            case Value.Flag(var flag) -> Boolean.toString(flag);
            case Value.Fields(var fields) ->
                fields.stream().map(one -> field(one, quotes)).collect(Collectors.joining(", ", "{", "}"));
            case Value.Items(var items) ->
                items.stream().map(one -> flow(one, quotes)).collect(Collectors.joining(", ", "[", "]"));
        };
    }

    private static String field(Change.Field field, boolean quotes) {
        return (quotes ? '"' + field.name() + '"' : field.name()) + ": " + flow(field.value(), quotes);
    }

    // ---- where

    private boolean quotesIn(Node.Mapping mapping) {
        return !mapping.entries().isEmpty()
                        && quotesAt(mapping.entries().getFirst().keySpan())
                || mapping.entries().isEmpty() && lines.getFirst().startsWith("{");
    }

    private boolean quotesAt(Span span) {
        return startsWith(span, '"');
    }

    private boolean startsWith(Span span, char wanted) {
        var line = lines.get(span.line() - 1);
        int at = offset(line, span.column() - 1);
        return at < line.length() && line.charAt(at) == wanted;
    }

    private static int offset(String line, int codePoints) {
        return line.offsetByCodePoints(0, Math.min(codePoints, line.codePointCount(0, line.length())));
    }
}
