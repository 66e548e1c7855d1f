// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FieldCatalogueTest {
    private static final Path MEASURED =
            Path.of(System.getProperty("gatehouse.root"), "../shared/falco/tables/fields.json");

    private final FieldCatalogue catalogue = FieldCatalogue.current();

    /// What Falco does not know: a word of Sysdig's formats, and how a task was before the event.
    private static final Set<String> NOT_FALCOS = Set.of(
            "evt.outputtime",
            "thread.cap_effective.before",
            "thread.cap_permitted.before",
            "user.uid.before",
            "group.gid.before");

    @Test
    void every_field_says_what_it_means_in_sentences() {
        for (var field : catalogue.all()) {
            var help = field.help();
            assertTrue(help.length() > 15, field.name() + " says nothing: " + help);
            assertEquals(field.deprecated().isEmpty(), help.endsWith("."), field.name() + ": " + help);
        }
    }

    @Test
    void a_field_that_another_stands_for_names_one_that_exists() {
        for (var field : catalogue.all()) {
            if (field.help().startsWith("The same as ")) {
                var other = field.help().substring("The same as ".length()).replaceAll("\\.$", "");
                assertTrue(catalogue.byName(other).isPresent(), field.name() + " names " + other);
            }
        }
    }

    @Test
    void a_deprecated_name_is_known_and_says_what_to_write() {
        var latency = catalogue.byName("evt.latency").orElseThrow();
        assertEquals(FieldType.RELTIME, latency.type());
        assertTrue(latency.deprecated().orElseThrow().startsWith("write nothing"), latency.toString());
        var direction = catalogue.byName("evt.dir").orElseThrow();
        assertEquals(FieldType.CHARBUF, direction.type());
        assertTrue(direction.deprecated().isPresent());
        assertTrue(catalogue.byName("evt.type").orElseThrow().deprecated().isEmpty());
    }

    /// What rules of either end or of any ancestor mean hangs on this shape.
    @Test
    void fields_with_several_candidates_are_these() {
        var any = new HashSet<String>();
        for (var field : catalogue.all()) {
            if (field.shape() == Shape.ANY) {
                any.add(field.name());
            }
        }
        assertEquals(
                Set.of(
                        "fd.ip",
                        "fd.port",
                        "fd.net",
                        "fd.proto",
                        "proc.aname",
                        "proc.aexe",
                        "proc.aexepath",
                        "proc.acmdline",
                        "proc.aenv",
                        "proc.apid"),
                any);
    }

    @Test
    void types_lists_arguments_and_sources_are_as_measured() throws IOException {
        assumeTrue(Files.exists(MEASURED), "the measured table of fields is not here");
        var wrong = new ArrayList<String>();
        int fields = 0;
        for (var row : JsonMapper.shared().readTree(Files.readString(MEASURED))) {
            fields++;
            var name = row.get("name").asString();
            var field = catalogue.byName(name);
            if (field.isEmpty()) {
                wrong.add(name + " is missing");
            } else if (!agrees(field.get(), row)) {
                wrong.add(field.get() + " is measured as " + row);
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(
                fields,
                catalogue.all().stream()
                        .filter(field -> field.deprecated().isEmpty() && !NOT_FALCOS.contains(field.name()))
                        .count());
        assertFalse(fields == 0);
    }

    private static boolean agrees(Field field, JsonNode row) {
        var sources = new HashSet<Source>();
        row.get("sources")
                .forEach(source -> sources.add(Source.valueOf(source.asString().toUpperCase(Locale.ROOT))));
        var ours = new HashSet<>(field.sources());
        ours.remove(Source.JSON); // one of our own
        return field.type().name().equals(row.get("type").asString())
                && (field.shape() == Shape.LIST) == row.get("list").asBoolean()
                && field.argument() == argument(row.get("arg"))
                && ours.equals(sources);
    }

    private static Argument argument(JsonNode arg) {
        if (arg.isNull()) {
            return Argument.NONE;
        }
        boolean required = arg.get("required").asBoolean();
        return switch (arg.get("type").toString()) {
            case "[]" -> required ? Argument.REQUIRED : Argument.OPTIONAL;
            case "[\"INDEX\"]" -> Argument.OPTIONAL_INDEX;
            case "[\"KEY\"]" -> Argument.REQUIRED_KEY;
            case "[\"INDEX\",\"KEY\"]" -> Argument.REQUIRED_INDEX_OR_KEY;
            default -> throw new IllegalStateException(arg.toString());
        };
    }
}
