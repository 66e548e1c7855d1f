// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import java.util.List;

/// Writes a document, or a part of one, as JSON again: keys in their order, numbers as they were written.
final class JsonPrinter {
    private static final String INDENT = "  ";

    private final Form form;
    private final boolean indented;
    private final StringBuilder out = new StringBuilder();

    /// Which characters are escaped that need not be.
    enum Form {
        PLAIN,
        /// As the API server writes: `<`, `>` and `&` are escaped, so that a rule that looks into an object finds there
        /// what the log holds.
        API_SERVER
    }

    private JsonPrinter(Form form, boolean indented) {
        this.form = form;
        this.indented = indented;
    }

    static String compact(Node node, Form form) {
        var printer = new JsonPrinter(form, false);
        printer.value(node, 0);
        return printer.out.toString();
    }

    /// Over several lines.
    static String indented(Node node, Form form) {
        var printer = new JsonPrinter(form, true);
        printer.value(node, 0);
        return printer.out.toString();
    }

    private void value(Node node, int depth) {
        switch (node) {
            case Node.Mapping(var entries, var _) -> mapping(entries, depth);
            case Node.Sequence(var items, var _) -> sequence(items, depth);
            case Node.Text(var text, var _) -> quote(text);
            case Node.Number(var literal, var _) -> out.append(literal);
            case Node.Bool(boolean truth, var _) -> out.append(truth);
            case Node.Null _ -> out.append("null");
        }
    }

    private void mapping(List<Node.Entry> entries, int depth) {
        out.append('{');
        for (int i = 0; i < entries.size(); i++) {
            out.append(i == 0 ? "" : ",");
            line(depth + 1);
            quote(entries.get(i).key());
            out.append(indented ? ": " : ":");
            value(entries.get(i).value(), depth + 1);
        }
        if (!entries.isEmpty()) {
            line(depth);
        }
        out.append('}');
    }

    private void sequence(List<Node> items, int depth) {
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ",");
            line(depth + 1);
            value(items.get(i), depth + 1);
        }
        if (!items.isEmpty()) {
            line(depth);
        }
        out.append(']');
    }

    private void line(int depth) {
        if (indented) {
            out.append('\n').repeat(INDENT, depth);
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || form == Form.API_SERVER && "<>&\u2028\u2029".indexOf(c) >= 0) {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 0xf, 16));
        }
    }
}
