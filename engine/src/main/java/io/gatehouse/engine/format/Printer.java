// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/// Prints the values of one field: as bytes for a line of text, typed for JSON.
final class Printer {
    private static final Set<String> IN_HEX = Set.of("fd.dev");
    /// Filled up with zeros, since they stand behind a point.
    private static final Set<String> IN_NINE_DIGITS =
            Set.of("evt.rawtime.ns", "evt.reltime", "evt.reltime.ns", "evt.latency.ns", "evt.deltatime.ns");

    private final FieldType type;
    private final Shape shape;
    private final Style style;
    private final Buffers buffers;

    private enum Style {
        PLAIN,
        HEX,
        NINE_DIGITS
    }

    Printer(Subject subject, Buffers buffers) {
        this.type = subject.type();
        this.shape = subject.shape();
        this.style = style(subject);
        this.buffers = buffers;
    }

    private static Style style(Subject subject) {
        if (!(subject instanceof Subject.Read(var field, var _))) {
            return Style.PLAIN;
        }
        return IN_HEX.contains(field.name())
                ? Style.HEX
                : IN_NINE_DIGITS.contains(field.name()) ? Style.NINE_DIGITS : Style.PLAIN;
    }

    /// The value as bytes, null if it is missing.
    <E> String text(Reader<E> reader, E event) {
        return switch (reader) {
            case Reader.OfText<E> one -> {
                var value = one.read(event);
                yield value == null ? null : text(value);
            }
            case Reader.OfNumber<E> one -> {
                long value = one.read(event);
                yield value == Reader.MISSING ? null : number(value);
            }
            case Reader.OfTexts<E> many -> joined(list(many.read(event)), this::text);
            case Reader.OfNumbers<E> many -> joined(list(many.read(event)), this::number);
        };
    }

    <E> OutputValue json(Reader<E> reader, E event) {
        return switch (reader) {
            case Reader.OfText<E> one -> {
                var value = one.read(event);
                yield value == null ? new OutputValue.Missing() : readable(value);
            }
            case Reader.OfNumber<E> one -> {
                long value = one.read(event);
                yield value == Reader.MISSING ? new OutputValue.Missing() : typed(value);
            }
            case Reader.OfTexts<E> many -> several(list(many.read(event)), this::readable, this::text);
            case Reader.OfNumbers<E> many -> several(list(many.read(event)), this::typed, this::number);
        };
    }

    /// A list stands in parentheses; all ancestors of a process stand in one line; either end of a connection is no
    /// one value that could be printed.
    private <V> String joined(List<V> values, Function<V, String> print) {
        if (values.isEmpty() || shape == Shape.ANY && isEitherEnd()) {
            return null;
        }
        return shape == Shape.ANY
                ? String.join(" ", values.stream().map(print).toList())
                : "(" + String.join(",", values.stream().map(print).toList()) + ")";
    }

    private <V> OutputValue several(List<V> values, Function<V, OutputValue> typed, Function<V, String> print) {
        if (shape == Shape.ANY) {
            var line = joined(values, print);
            return line == null ? new OutputValue.Missing() : new OutputValue.Text(ByteText.readable(line));
        }
        return values.isEmpty()
                ? new OutputValue.Missing()
                : new OutputValue.Many(values.stream().map(typed).toList());
    }

    private boolean isEitherEnd() {
        return type != FieldType.CHARBUF && type != FieldType.INT64;
    }

    private OutputValue readable(String value) {
        return new OutputValue.Text(ByteText.readable(text(value)));
    }

    private String text(String value) {
        return switch (type) {
            case IPADDR -> Address.print(value);
            case IPNET -> "<IPNET>";
            case BYTEBUF -> buffers == Buffers.BASE64 ? base64(value) : dots(value);
            default -> value;
        };
    }

    private OutputValue typed(long value) {
        return switch (type) {
            case BOOL -> new OutputValue.Truth(value != 0);
            case DOUBLE -> new OutputValue.Decimal(Double.longBitsToDouble(value));
            case UINT32, UINT64, PORT, RELTIME, ABSTIME -> new OutputValue.Unsigned(value);
            case INT16, INT32, INT64, DYNAMIC, CHARBUF, BYTEBUF, IPADDR, IPNET ->
                style == Style.HEX ? new OutputValue.Text(number(value)) : new OutputValue.Whole(value);
        };
    }

    private String number(long value) {
        return switch (type) {
            case BOOL -> value != 0 ? "true" : "false";
            case DOUBLE -> String.format(Locale.ROOT, "%.1f", Double.longBitsToDouble(value));
            case UINT32, UINT64, PORT, RELTIME, ABSTIME -> padded(Long.toUnsignedString(value));
            case INT16, INT32, INT64, DYNAMIC, CHARBUF, BYTEBUF, IPADDR, IPNET ->
                style == Style.HEX ? Integer.toHexString((int) value).toUpperCase(Locale.ROOT) : Long.toString(value);
        };
    }

    private String padded(String digits) {
        return style == Style.NINE_DIGITS ? "0".repeat(Math.max(0, 9 - digits.length())) + digits : digits;
    }

    private static String dots(String bytes) {
        var out = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            out.append(c >= ' ' && c <= '~' ? c : '.');
        }
        return out.toString();
    }

    private static String base64(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<String> list(String[] values) {
        return values == null ? List.of() : List.of(values);
    }

    private static List<Long> list(long[] values) {
        var list = new ArrayList<Long>();
        if (values != null) {
            for (long value : values) {
                list.add(value);
            }
        }
        return list;
    }
}
