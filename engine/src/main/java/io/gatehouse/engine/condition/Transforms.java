// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What each transformer makes of values that are there. The one place, for conditions and for output.
public final class Transforms {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private Transforms() {}

    /// For a transformer that takes one text and gives one; nothing if the text is not of the form it
    /// takes.
    public static Optional<String> text(Transformer transformer, String text) {
        return switch (transformer) {
            case TOUPPER -> Optional.of(upperCase(text));
            case TOLOWER -> Optional.of(lowerCase(text));
            case BASENAME -> Optional.of(text.substring(text.lastIndexOf('/') + 1));
            case B64 -> base64(text);
            case VAL -> Optional.of(text);
            case LEN, JOIN, CONCAT, GETOPT ->
                throw new IllegalArgumentException(transformer.word() + " does not take one text and give one");
        };
    }

    /// A number as text among texts.
    static String text(FieldType type, long number) {
        return switch (type) {
            case BOOL -> number == 0 ? "false" : "true";
            case DOUBLE -> String.format(Locale.ROOT, "%.1f", Double.longBitsToDouble(number));
            case UINT32, UINT64, PORT, RELTIME, ABSTIME -> Long.toUnsignedString(number);
            default -> Long.toString(number);
        };
    }

    /// Of ASCII letters only: what the other bytes are nobody says.
    static String lowerCase(String text) {
        return mapped(text, 'A', 'Z', 32);
    }

    static String upperCase(String text) {
        return mapped(text, 'a', 'z', -32);
    }

    private static String mapped(String text, char first, char last, int shift) {
        int at = 0;
        while (at < text.length() && (text.charAt(at) < first || text.charAt(at) > last)) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        var chars = text.toCharArray();
        for (; at < chars.length; at++) {
            if (chars[at] >= first && chars[at] <= last) {
                chars[at] += (char) shift;
            }
        }
        return new String(chars);
    }

    /// Decodes; padding may be left out, but bits that mean nothing must be 0.
    static Optional<String> base64(String text) {
        int length = text.length();
        for (int padding = 0; padding < 2 && length > 0 && text.charAt(length - 1) == '='; padding++) {
            length--;
        }
        if (length == 0) {
            return text.isEmpty() ? Optional.of("") : Optional.empty();
        }
        var bytes = new StringBuilder(length * 3 / 4);
        int bits = 0;
        int held = 0;
        for (int i = 0; i < length; i++) {
            int digit = DIGITS.indexOf(text.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            held = (held << 6 | digit) & 0xfff;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                bytes.append((char) (held >> bits & 0xff));
            }
        }
        boolean whole = length % 4 != 1 && (held & (1 << bits) - 1) == 0;
        return whole ? Optional.of(bytes.toString()) : Optional.empty();
    }

    /// What `getopt` finds: letters of options, each followed by its value if it takes one; `?` for a
    /// letter it does not know; an empty text for an option whose value is missing.
    ///
    /// It ends at `--` and at the first argument that is no option. Long options are passed over.
    ///
    /// @param letters the options, each followed by ':' if it takes a value
    public static List<String> options(List<String> arguments, String letters) {
        var texts = new ArrayList<String>();
        for (var option : walk(arguments, letters)) {
            texts.add(option.shown);
            option.value.ifPresent(texts::add);
        }
        return texts;
    }

    /// The value of one option, its letter if it takes none; the last, if it is given more than once.
    public static Optional<String> option(List<String> arguments, String letters, char wanted) {
        return walk(arguments, letters).stream()
                .filter(option -> option.letter == wanted)
                .reduce((_, last) -> last)
                .map(option -> option.value.orElse(option.shown));
    }

    /// @param letter 0 for one that is not known
    private record Option(char letter, String shown, Optional<String> value) {}

    private static List<Option> walk(List<String> arguments, String letters) {
        var options = new ArrayList<Option>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            boolean isLong = argument.startsWith("--");
            if (argument.equals("--") || argument.length() < 2 || argument.charAt(0) != '-') {
                return options;
            }
            for (int at = 1; at < argument.length() && !isLong; at++) {
                char letter = argument.charAt(at);
                if (letter == ':' || letters.indexOf(letter) < 0) {
                    options.add(new Option('\0', "?", Optional.empty()));
                } else if (!letters.contains(letter + ":")) {
                    options.add(new Option(letter, String.valueOf(letter), Optional.empty()));
                } else if (at + 1 < argument.length()) {
                    options.add(new Option(letter, String.valueOf(letter), Optional.of(argument.substring(at + 1))));
                    break;
                } else if (++i < arguments.size()) {
                    options.add(new Option(letter, String.valueOf(letter), Optional.of(arguments.get(i))));
                    break;
                } else {
                    options.add(new Option(letter, "", Optional.empty()));
                }
            }
        }
        return options;
    }
}
