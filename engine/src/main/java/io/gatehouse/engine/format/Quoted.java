// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

/// Writes the argument of a field as part of the field's name among `output_fields`.
final class Quoted {
    private Quoted() {}

    static String argument(String text) {
        return "[" + (text.isEmpty() ? "\"\"" : ifNeeded(text)) + "]";
    }

    private static String ifNeeded(String text) {
        var out = new StringBuilder();
        boolean needed = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            needed |= "\b\f\n\r\t =\\\"'\0".indexOf(c) >= 0;
            switch (c) {
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                default -> out.append(c);
            }
        }
        return needed ? "\"" + out + "\"" : out.toString();
    }
}
