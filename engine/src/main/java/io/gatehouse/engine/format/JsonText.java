// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import java.util.Map;

/// Writes JSON without blanks. Escapes only what must be: quote, backslash, control characters.
final class JsonText {
    private JsonText() {}

    static void append(OutputValue value, StringBuilder out) {
        switch (value) {
            case OutputValue.Text(var text) -> quote(text, out);
            case OutputValue.Whole(long number) -> out.append(number);
            case OutputValue.Unsigned(long bits) -> out.append(Long.toUnsignedString(bits));
            case OutputValue.Decimal(double number) -> decimal(number, out);
            case OutputValue.Truth(boolean truth) -> out.append(truth);
            case OutputValue.Many(var items) -> {
                out.append('[');
                for (int i = 0; i < items.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    append(items.get(i), out);
                }
                out.append(']');
            }
            case OutputValue.Missing() -> out.append("null");
        }
    }

    static void object(Map<String, OutputValue> values, StringBuilder out) {
        out.append('{');
        var separator = "";
        for (var entry : values.entrySet()) {
            out.append(separator);
            quote(entry.getKey(), out);
            out.append(':');
            append(entry.getValue(), out);
            separator = ",";
        }
        out.append('}');
    }

    static void quote(String text, StringBuilder out) {
        out.append('"');
        escape(text, out);
        out.append('"');
    }

    static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 0xf, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }

    /// JSON has no word for what is infinite or not a number.
    private static void decimal(double number, StringBuilder out) {
        if (Double.isFinite(number)) {
            out.append(number);
        } else {
            out.append("null");
        }
    }
}
