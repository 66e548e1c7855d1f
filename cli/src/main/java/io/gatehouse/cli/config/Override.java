// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import io.gatehouse.engine.document.Node.Sequence;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.document.YamlReader.Dialect;
import java.util.ArrayList;
import java.util.List;

/// One `-o key=value`, which sets a key of the configuration whatever the files say.
///
/// The key is a path: words with dots between them, `[3]` for a place in a list, `[]` for a new place at its end; `\.`,
/// `\[`, `\]` and `\\` stand for themselves in a word. The value is text; in braces it is YAML.
final class Override {
    private sealed interface Step {
        Span span();

        record Key(String word, Span span) implements Step {}

        record Place(int index, Span span) implements Step {}

        record End(Span span) implements Step {}
    }

    private final SourceText source;
    private final List<Diagnostic> diagnostics;
    private int at;

    private Override(String option, List<Diagnostic> diagnostics) {
        this.source = new SourceText("-o", option);
        this.diagnostics = diagnostics;
    }

    /// The tree with the option applied; without it where it cannot be understood.
    ///
    /// @param diagnostics takes what is wrong with it
    static Mapping apply(String option, Mapping root, List<Diagnostic> diagnostics) {
        var override = new Override(option, diagnostics);
        try {
            int equals = option.indexOf('=');
            if (equals < 0) {
                throw override.fault(0, option.length(), "'" + option + "' has no '='");
            }
            var steps = override.path(equals);
            return (Mapping) override.set(root, steps, 0, override.value(equals + 1));
        } catch (Fault fault) {
            diagnostics.add(fault.diagnostic);
            return root;
        }
    }

    /// Ends the work on one option; never leaves this class.
    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Diagnostic diagnostic;

        Fault(Diagnostic diagnostic) {
            super(null, null, false, false);
            this.diagnostic = diagnostic;
        }
    }

    private Fault fault(int from, int to, String message) {
        return new Fault(Code.CONFIG_BAD_OVERRIDE.at(span(from, to), message));
    }

    private Span span(int from, int to) {
        var text = source.text();
        return new Span(
                source,
                1,
                text.codePointCount(0, from) + 1,
                Math.max(1, text.codePointCount(from, Math.min(to, text.length()))));
    }

    private List<Step> path(int end) {
        var steps = new ArrayList<Step>();
        steps.add(word(end));
        while (at < end) {
            switch (source.text().charAt(at)) {
                case '.' -> {
                    at++;
                    steps.add(word(end));
                }
                case '[' -> steps.add(place(end));
                default -> throw fault(at, end, "after ']' comes '.', '[' or '='");
            }
        }
        return steps;
    }

    private Step word(int end) {
        int from = at;
        var word = new StringBuilder();
        for (; at < end; at++) {
            char c = source.text().charAt(at);
            if (c == '.' || c == '[') {
                break;
            }
            if (c == '\\') {
                at++;
                if (at == end || ".[]\\".indexOf(source.text().charAt(at)) < 0) {
                    throw fault(at - 1, at + 1, "'\\' stands before '.', '[', ']' or '\\'");
                }
            }
            word.append(source.text().charAt(at));
        }
        if (word.isEmpty()) {
            throw fault(from, from + 1, "a key is missing here");
        }
        return new Step.Key(word.toString(), span(from, at));
    }

    private Step place(int end) {
        int from = at;
        int close = source.text().indexOf(']', at);
        if (close < 0 || close >= end) {
            throw fault(from, end, "'[' is not closed");
        }
        var number = source.text().substring(from + 1, close);
        at = close + 1;
        if (number.isEmpty()) {
            return new Step.End(span(from, at));
        }
        if (!number.matches("[0-9]{1,6}")) {
            throw fault(from + 1, close, "'" + number + "' is no place in a list");
        }
        return new Step.Place(Integer.parseInt(number), span(from, at));
    }

    private Node value(int from) {
        var text = source.text().substring(from);
        if (!text.startsWith("{") || !text.endsWith("}")) {
            return new Node.Text(text, span(from, source.text().length()));
        }
        // Blanks in place of the key, so that what is wrong with the value is shown where it stands.
        var reading = YamlReader.read(new SourceText("-o", " ".repeat(from) + text), Dialect.RULES);
        diagnostics.addAll(reading.diagnostics());
        if (reading.documents().size() != 1) {
            throw fault(from, source.text().length(), "the value in braces is not YAML");
        }
        return reading.documents().getFirst();
    }

    /// @param node what stands there now; null for nothing
    private Node set(Node node, List<Step> steps, int depth, Node value) {
        if (depth == steps.size()) {
            return value;
        }
        return switch (steps.get(depth)) {
            case Step.Key(var word, var span) -> {
                var entries = new ArrayList<>(mapping(node, span).entries());
                int place = placeOf(word, entries);
                var before = place < 0 ? null : entries.get(place).value();
                var entry = new Node.Entry(word, span, set(before, steps, depth + 1, value));
                if (place < 0) {
                    entries.add(entry);
                } else {
                    entries.set(place, entry);
                }
                yield new Mapping(entries, span);
            }
            case Step.Place(var index, var span) -> {
                var items = new ArrayList<>(sequence(node, span).items());
                if (index > items.size()) {
                    throw new Fault(Code.CONFIG_BAD_OVERRIDE.at(
                            span, "the list has " + items.size() + " items, so there is no place " + index));
                }
                var before = index == items.size() ? null : items.get(index);
                var item = set(before, steps, depth + 1, value);
                if (before == null) {
                    items.add(item);
                } else {
                    items.set(index, item);
                }
                yield new Sequence(items, span);
            }
            case Step.End(var span) -> {
                var items = new ArrayList<>(sequence(node, span).items());
                items.add(set(null, steps, depth + 1, value));
                yield new Sequence(items, span);
            }
        };
    }

    private static int placeOf(String word, List<Node.Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).key().equals(word)) {
                return i;
            }
        }
        return -1;
    }

    private static Mapping mapping(Node node, Span span) {
        return switch (node) {
            case Mapping mapping -> mapping;
            case null -> new Mapping(List.of(), span);
            case Node.Text(var text, var _) when text.isEmpty() -> new Mapping(List.of(), span);
            default -> throw new Fault(Code.CONFIG_BAD_OVERRIDE.at(span, "what stands there has no keys"));
        };
    }

    private static Sequence sequence(Node node, Span span) {
        return switch (node) {
            case Sequence sequence -> sequence;
            case null -> new Sequence(List.of(), span);
            case Node.Text(var text, var _) when text.isEmpty() -> new Sequence(List.of(), span);
            default -> throw new Fault(Code.CONFIG_BAD_OVERRIDE.at(span, "what stands there is no list"));
        };
    }
}
