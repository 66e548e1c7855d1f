// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.EventTime;
import io.gatehouse.engine.format.EventTime.Fraction;
import io.gatehouse.engine.json.JsonPrinter.Form;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// Answers the fields of events that are JSON documents: `ka.*`, `json.*` and `jevt.*`, `evt.*`.
///
/// Binding and reading may be done by several threads, each with events of its own.
public final class JsonReaders implements Readers<JsonEvent> {
    private static final long SECOND = 1_000_000_000L;
    private static final Object MISSING = new Object();

    private final ZoneId zone;
    private final String hostname;
    /// Where the events keep what was read of them.
    private final Map<Place, Integer> placesOfFields = new ConcurrentHashMap<>();
    private final AtomicInteger places = new AtomicInteger();

    private record Place(String field, Optional<String> argument) {}

    /// @param zone of the times that are shown as a clock
    /// @param hostname what `evt.hostname` says
    public JsonReaders(ZoneId zone, String hostname) {
        this.zone = zone;
        this.hostname = ByteText.of(hostname);
    }

    int places() {
        return places.get();
    }

    @Override
    public Reader<JsonEvent> bind(Field field, Optional<String> argument) {
        var name = field.name();
        if (name.startsWith("evt.")) {
            return generic(name);
        }
        var answer = name.startsWith("ka.") ? AuditFields.answer(name, argument) : null;
        Function<JsonEvent, Object> read = answer != null
                ? event -> answer.of(event.document())
                : document(name.substring(name.indexOf('.') + 1), argument.orElse(""), name);
        int place = placesOfFields.computeIfAbsent(new Place(name, argument), p -> places.getAndIncrement());
        return field.shape() == Shape.LIST
                ? (Reader.OfTexts<JsonEvent>) event -> (String[]) kept(event, place, read)
                : (Reader.OfText<JsonEvent>) event -> (String) kept(event, place, read);
    }

    private Object kept(JsonEvent event, int place, Function<JsonEvent, Object> read) {
        var kept = event.kept(this, place);
        if (kept == null) {
            var value = read.apply(event);
            kept = value == null ? MISSING : value;
            event.keep(this, place, kept);
        }
        return kept == MISSING ? null : kept;
    }

    private static Function<JsonEvent, Object> document(String what, String argument, String name) {
        return switch (what) {
            case "value" -> {
                var pointer = Pointer.of(ByteText.readable(argument));
                yield event -> {
                    var node = pointer.in(event.document());
                    return node == null ? null : Answer.text(Tree.text(node, form(event)));
                };
            }
            case "obj" -> event -> Answer.text(JsonPrinter.indented(event.document(), form(event)));
            case "rawtime" -> event -> Long.toUnsignedString(event.timeNanos());
            default -> throw new IllegalArgumentException("no JSON document answers " + name);
        };
    }

    private static Form form(JsonEvent event) {
        return event.source() == Source.K8S_AUDIT ? Form.API_SERVER : Form.PLAIN;
    }

    private Reader<JsonEvent> generic(String name) {
        return switch (name) {
            case "evt.num" -> number(JsonEvent::number);
            case "evt.time" -> text(event -> EventTime.clock(event.timeNanos(), zone, Fraction.NANOSECONDS));
            case "evt.time.s" -> text(event -> EventTime.clock(event.timeNanos(), zone, Fraction.NONE));
            case "evt.time.iso8601" -> text(event -> EventTime.iso8601(event.timeNanos()));
            case "evt.datetime" -> text(event -> EventTime.date(event.timeNanos(), zone, Fraction.NANOSECONDS));
            case "evt.datetime.s" -> text(event -> EventTime.date(event.timeNanos(), zone, Fraction.NONE));
            case "evt.rawtime" -> number(JsonEvent::timeNanos);
            case "evt.rawtime.s" -> number(event -> event.timeNanos() / SECOND);
            case "evt.rawtime.ns" -> number(event -> event.timeNanos() % SECOND);
            case "evt.reltime" -> number(JsonReaders::sinceFirst);
            case "evt.reltime.s" -> number(event -> sinceFirst(event) / SECOND);
            case "evt.reltime.ns" -> number(event -> sinceFirst(event) % SECOND);
            case "evt.pluginname" -> text(event -> event.source() == Source.K8S_AUDIT ? "k8saudit" : "json");
            case "evt.plugininfo" -> text(event -> Answer.text(JsonPrinter.compact(event.document(), form(event))));
            case "evt.source" -> text(event -> event.source().name().toLowerCase(Locale.ROOT));
            case "evt.is_async" -> number(event -> 0);
            case "evt.asynctype" -> text(event -> null);
            case "evt.hostname" -> text(event -> hostname);
            default -> throw new IllegalArgumentException("no JSON document answers " + name);
        };
    }

    /// The log of several API servers is not in the order of time.
    private static long sinceFirst(JsonEvent event) {
        return Math.max(0, event.timeNanos() - event.firstTimeNanos());
    }

    private static Reader.OfText<JsonEvent> text(Function<JsonEvent, String> read) {
        return read::apply;
    }

    private static Reader.OfNumber<JsonEvent> number(ToLongFunction<JsonEvent> read) {
        return read::applyAsLong;
    }

    /// A JSON pointer (RFC 6901), which here may lack its first slash.
    private record Pointer(String[] keys) {
        static Pointer of(String written) {
            if (written.isEmpty()) {
                return new Pointer(new String[0]);
            }
            var keys = (written.startsWith("/") ? written.substring(1) : written).split("/", -1);
            for (int i = 0; i < keys.length; i++) {
                keys[i] = keys[i].replace("~1", "/").replace("~0", "~");
            }
            return new Pointer(keys);
        }

        Node in(Node document) {
            return Tree.get(document, keys);
        }
    }
}
