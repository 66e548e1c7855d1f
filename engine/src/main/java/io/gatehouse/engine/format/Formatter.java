// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.SubjectBinder;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.OutputFormat.Missing;
import io.gatehouse.engine.format.OutputFormat.Part;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// A format bound to the fields of one source. Belongs to the thread of its readers.
public final class Formatter<E> {
    private static final String NOT_AVAILABLE = "<NA>";

    /// Times as text, which among `output_fields` are the nanoseconds since 1970.
    private static final Set<String> TIMES =
            Set.of("evt.time", "evt.time.s", "evt.time.iso8601", "evt.datetime", "evt.datetime.s");

    private final Missing missing;
    private final List<Piece<E>> pieces = new ArrayList<>();
    private final List<Bound<E>> fields = new ArrayList<>();

    /// @param buffers how raw bytes are shown
    public Formatter(OutputFormat format, Readers<E> readers, Buffers buffers) {
        this.missing = format.missing();
        for (var part : format.parts()) {
            pieces.add(
                    switch (part) {
                        case Part.Text(var bytes) -> new Piece.Text<E>(bytes);
                        case Part.Value(var subject, int width, var _) ->
                            new Piece.Value<>(
                                    width,
                                    new Bound<>(
                                            "", SubjectBinder.bind(subject, readers), new Printer(subject, buffers)));
                    });
        }
        for (var use : format.fields()) {
            var field = inJson(use.field());
            fields.add(new Bound<>(use.key(), SubjectBinder.bind(field, readers), new Printer(field, buffers)));
        }
    }

    private sealed interface Piece<E> {
        record Text<E>(String bytes) implements Piece<E> {}

        record Value<E>(int width, Bound<E> bound) implements Piece<E> {}
    }

    private record Bound<E>(String key, Reader<E> reader, Printer printer) {}

    private static Subject.Read inJson(Subject.Read read) {
        return TIMES.contains(read.field().name())
                ? new Subject.Read(
                        FieldCatalogue.current().byName("evt.rawtime").orElseThrow(), Optional.empty())
                : read;
    }

    /// The readable line of an event; none if it lacks a value and the format asks for all.
    public Optional<String> line(E event) {
        var out = new StringBuilder();
        for (var piece : pieces) {
            switch (piece) {
                case Piece.Text<E>(var bytes) -> out.append(bytes);
                case Piece.Value<E>(int width, var bound) -> {
                    var value = bound.printer().text(bound.reader(), event);
                    if (value == null && missing == Missing.DROPS_THE_LINE) {
                        return Optional.empty();
                    }
                    append(value == null ? NOT_AVAILABLE : value, width, out);
                }
            }
        }
        return Optional.of(ByteText.readable(out.toString()));
    }

    private static void append(String value, int width, StringBuilder out) {
        if (width == 0) {
            out.append(value);
        } else {
            out.append(value, 0, Math.min(width, value.length()));
            out.repeat(" ", Math.max(0, width - value.length()));
        }
    }

    /// The fields of the format by key: what a line of JSON holds as `output_fields`.
    public SortedMap<String, OutputValue> values(E event) {
        var values = new TreeMap<String, OutputValue>();
        for (var field : fields) {
            values.put(field.key(), field.printer().json(field.reader(), event));
        }
        return values;
    }

    /// The fields of the format as one line of JSON, sorted by key.
    public String json(E event) {
        var out = new StringBuilder();
        JsonText.object(values(event), out);
        return out.toString();
    }
}
