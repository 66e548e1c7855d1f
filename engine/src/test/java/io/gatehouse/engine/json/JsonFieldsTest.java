// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class JsonFieldsTest {
    private static final JsonReaders READERS = new JsonReaders(ZoneId.of("Asia/Kolkata"), "node-1");

    @TestFactory
    Stream<DynamicTest> audit_events_answer_as_the_golden_text_says() {
        return Golden.tests("json/audit_fields.txt", files -> answers(files.getFirst(), "ka."));
    }

    @TestFactory
    Stream<DynamicTest> every_document_answers_what_any_event_does() {
        return Golden.tests("json/document_fields.txt", files -> answers(files.getFirst(), ""));
    }

    @Test
    void every_field_of_the_sources_has_a_reader_of_its_kind() {
        for (var field : fields()) {
            for (var argument : arguments(field)) {
                var reader = READERS.bind(field, argument);
                assertEquals(field.type().isText(), !(reader instanceof Reader.OfNumber<?>), field.name());
                assertEquals(field.shape() == Shape.LIST, reader instanceof Reader.OfTexts<?>, field.name());
            }
        }
    }

    @Test
    void a_field_is_looked_up_once_per_event_by_all_who_ask() {
        var event = event("{'kind':'Event','stageTimestamp':'2026-01-01T00:00:00Z','auditID':'a',"
                + "'user':{'groups':['x','y']}}");
        var field = field("ka.user.groups");
        var first = (Reader.OfTexts<JsonEvent>) READERS.bind(field, Optional.empty());
        var second = (Reader.OfTexts<JsonEvent>) READERS.bind(field, Optional.empty());

        assertSame(first.read(event), second.read(event));
    }

    @Test
    void readers_do_not_disturb_what_other_readers_keep() {
        var event = event("{'kind':'Event','stageTimestamp':'2026-01-01T00:00:00Z','auditID':'a','verb':'get'}");
        var one = new JsonReaders(ZoneId.of("Z"), "");
        var two = new JsonReaders(ZoneId.of("Z"), "");
        two.bind(field("ka.uri"), Optional.empty());
        var verb = (Reader.OfText<JsonEvent>) one.bind(field("ka.verb"), Optional.empty());
        var stage = (Reader.OfText<JsonEvent>) two.bind(field("ka.stage"), Optional.empty());

        for (int i = 0; i < 3; i++) {
            assertEquals("get", verb.read(event));
            assertNull(stage.read(event));
        }
    }

    @Test
    void text_is_bytes_up_to_a_nul() {
        var event = event("{'kind':'Event','stageTimestamp':'2026-01-01T00:00:00Z','auditID':'a','verb':'ü\\u0000x'}");
        var verb = (Reader.OfText<JsonEvent>) READERS.bind(field("ka.verb"), Optional.empty());

        assertEquals("\u00c3\u00bc", verb.read(event));
    }

    /// Whatever is where it does not belong, a field is an answer or missing.
    @Test
    void no_document_breaks_a_reader() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var readers = fields().stream()
                .flatMap(field -> arguments(field).stream().map(argument -> READERS.bind(field, argument)))
                .toList();
        for (int round = 0; round < 3_000; round++) {
            var text = "{\"auditID\":1,\"requestURI\":" + value(random, 0) + ",\"requestObject\":" + value(random, 4)
                    + ",\"objectRef\":" + value(random, 2) + ",\"user\":" + value(random, 2) + "}";
            var batch = new JsonLog("test", Limits.DEFAULT).line(1, text.getBytes(StandardCharsets.UTF_8), 1);
            assertEquals(List.of(), batch.diagnostics(), () -> "seed " + seed + ": " + text);
            var document = batch.events().getFirst().document();
            var event = new JsonEvent(Source.K8S_AUDIT, 1, 1, 1, document);
            for (var reader : readers) {
                read(reader, event);
            }
        }
    }

    private static String value(Random random, int depth) {
        var words = List.of(
                "spec",
                "containers",
                "initContainers",
                "securityContext",
                "privileged",
                "volumes",
                "hostPath",
                "path",
                "subjects",
                "kind",
                "name",
                "rules",
                "verbs",
                "ports",
                "hostPort",
                "command",
                "image",
                "resource",
                "groups",
                "capabilities",
                "add",
                "runAsUser");
        int kind = random.nextInt(depth > 0 ? 9 : 5);
        return switch (kind) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> "-1.5e3";
            case 3 -> "\"pods\"";
            case 4 -> "\"/a%zz?b=%2f;c\"";
            case 5, 6 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default -> {
                var entries = new ArrayList<String>();
                for (int i = 0; i < 6; i++) {
                    entries.add("\"" + words.get(random.nextInt(words.size())) + "\":" + value(random, depth - 1));
                }
                yield "{" + String.join(",", entries) + "}";
            }
        };
    }

    /// All fields of a source that the first event of a text answers.
    private static String answers(SourceText source, String prefix) {
        var bytes = source.text().getBytes(StandardCharsets.UTF_8);
        var batch = prefix.isEmpty()
                ? new JsonLog("test", Limits.DEFAULT).all(bytes, 1690557262892739231L)
                : new AuditLog("test", Limits.DEFAULT).all(bytes);
        var out = new StringBuilder(DiagnosticPrinter.print(batch.diagnostics()));
        for (var event : batch.events()) {
            for (var field : fields()) {
                if (!field.name().startsWith(prefix) || !field.sources().contains(event.source())) {
                    continue;
                }
                for (var argument : arguments(field)) {
                    var value = read(READERS.bind(field, argument), event);
                    if (value != null) {
                        var shown = argument.map(a -> "[" + a + "]").orElse("");
                        out.append(field.name()).append(shown).append(" = ");
                        out.append(ByteText.readable(value)).append('\n');
                    }
                }
            }
        }
        return out.toString();
    }

    private static List<Optional<String>> arguments(Field field) {
        return switch (field.argument()) {
            case NONE -> List.of(Optional.empty());
            case OPTIONAL_INDEX -> List.of(Optional.empty(), Optional.of("1"), Optional.of("99999999999"));
            default -> {
                assertEquals(Argument.REQUIRED_KEY, field.argument(), field.name());
                yield List.of(
                        Optional.of("/etc*"),
                        Optional.of("command"),
                        Optional.of("/a~1b/1"),
                        Optional.of("list/0"),
                        Optional.of(""));
            }
        };
    }

    private static String read(Reader<JsonEvent> reader, JsonEvent event) {
        return switch (reader) {
            case Reader.OfText<JsonEvent> one -> one.read(event);
            case Reader.OfTexts<JsonEvent> many -> {
                var texts = many.read(event);
                assertTrue(texts == null || texts.length > 0, "an empty list is missing");
                yield texts == null ? null : String.join(" | ", texts);
            }
            case Reader.OfNumber<JsonEvent> one -> Long.toString(one.read(event));
            case Reader.OfNumbers<JsonEvent> many -> throw new AssertionError("no field has several numbers: " + many);
        };
    }

    private static List<Field> fields() {
        return FieldCatalogue.current().all().stream()
                .filter(field -> field.sources().contains(Source.K8S_AUDIT)
                        || field.sources().contains(Source.JSON))
                .sorted(Comparator.comparing(Field::name))
                .toList();
    }

    private static Field field(String name) {
        return FieldCatalogue.current().byName(name).orElseThrow();
    }

    private static JsonEvent event(String text) {
        var bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return assertInstanceOf(
                JsonEvent.class,
                new AuditLog("test", Limits.DEFAULT).line(1, bytes).events().getFirst());
    }
}
