// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.AlertStyle.Property;
import io.gatehouse.engine.format.AlertStyle.TimeForm;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/// Writes the alerts of one rule, one line each. Belongs to the thread of its readers.
///
/// The keys of a line of JSON are sorted, and so are the tags and the fields: equal alerts are equal lines.
public final class AlertPrinter<E> {
    private final Heading heading;
    private final AlertStyle style;
    private final Formatter<E> message;
    private final Map<String, Extra<E>> extras = new LinkedHashMap<>();
    private final Reader.OfNumber<E> time;

    /// What an alert says of its rule.
    ///
    /// @param priority as alerts print it
    public record Heading(String rule, String priority, Source source, SortedSet<String> tags) {
        public Heading(String rule, String priority, Source source, Collection<String> tags) {
            this(rule, priority, source, new TreeSet<>(tags));
        }
    }

    private record Extra<E>(ExtraFields.Kind kind, Formatter<E> formatter) {}

    /// @param output of the rule, with what the configuration adds; missing values are always shown as such
    public AlertPrinter(Heading heading, OutputFormat output, ExtraFields extra, Readers<E> readers, AlertStyle style) {
        this.heading = heading;
        this.style = style;
        this.message = new Formatter<>(output.lenient(), readers, style.buffers());
        extra.byKey()
                .forEach((key, field) -> extras.put(
                        key, new Extra<>(field.kind(), new Formatter<>(field.format(), readers, style.buffers()))));
        this.time = time(readers);
    }

    private static <E> Reader.OfNumber<E> time(Readers<E> readers) {
        var field = FieldCatalogue.current().byName("evt.rawtime").orElseThrow();
        if (readers.bind(field, Optional.empty()) instanceof Reader.OfNumber<E> number) {
            return number;
        }
        throw new IllegalStateException("evt.rawtime is read as a number");
    }

    /// `15:14:22.892739231: Warning message`, with control characters, quotes and backslashes escaped as in JSON, so
    /// that no event can forge a line.
    public String text(E event) {
        var out = new StringBuilder();
        JsonText.escape(output(event, message(event)), out);
        return out.toString();
    }

    public String json(E event) {
        var message = message(event);
        var out = new StringBuilder("{\"hostname\":");
        JsonText.quote(style.hostname(), out);
        if (style.properties().contains(Property.MESSAGE)) {
            JsonText.quote(message, out.append(",\"message\":"));
        }
        if (style.properties().contains(Property.OUTPUT)) {
            JsonText.quote(output(event, message), out.append(",\"output\":"));
        }
        if (style.properties().contains(Property.OUTPUT_FIELDS)) {
            JsonText.object(fields(event), out.append(",\"output_fields\":"));
        }
        JsonText.quote(heading.priority(), out.append(",\"priority\":"));
        JsonText.quote(heading.rule(), out.append(",\"rule\":"));
        JsonText.quote(heading.source().name().toLowerCase(Locale.ROOT), out.append(",\"source\":"));
        if (style.properties().contains(Property.TAGS)) {
            tags(out.append(",\"tags\":"));
        }
        JsonText.quote(EventTime.zulu(time.read(event)), out.append(",\"time\":"));
        return out.append('}').toString();
    }

    /// The rule's output for an event, readable and without time and priority.
    public String message(E event) {
        return message.line(event).orElseThrow();
    }

    /// What a line of JSON has as `output_fields`.
    public SortedMap<String, OutputValue> fields(E event) {
        var fields = message.values(event);
        fields.put(
                style.time() == TimeForm.CLOCK ? "evt.time" : "evt.time.iso8601",
                new OutputValue.Unsigned(time.read(event)));
        extras.forEach((key, extra) -> fields.put(
                key,
                switch (extra.kind()) {
                    case FORMATTED ->
                        new OutputValue.Text(extra.formatter().line(event).orElseThrow());
                    case RAW -> extra.formatter().values(event).getOrDefault(key, new OutputValue.Missing());
                }));
        return fields;
    }

    private String output(E event, String message) {
        long nanos = time.read(event);
        var when = style.time() == TimeForm.CLOCK
                ? EventTime.clock(nanos, style.zone(), EventTime.Fraction.NANOSECONDS)
                : EventTime.iso8601(nanos);
        return when + ": " + heading.priority() + " " + message;
    }

    private void tags(StringBuilder out) {
        out.append('[');
        var separator = "";
        for (var tag : heading.tags()) {
            JsonText.quote(tag, out.append(separator));
            separator = ",";
        }
        out.append(']');
    }
}
