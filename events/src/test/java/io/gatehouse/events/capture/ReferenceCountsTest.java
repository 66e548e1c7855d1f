// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Reads every capture of the reference and compares what it holds with what the reference counted.
class ReferenceCountsTest {
    /// The measuring engine made or withheld these by its own state, whatever the file held.
    private static final Set<String> OF_THE_ENGINE = Set.of("container", "useradded", "groupadded", "scapevent");

    private final Map<String, Long> named = new TreeMap<>();

    /// A call recorded as `syscall` whose name has an event type of its own by now: the reference looks for
    /// such a name among events of that type only and so does not count it. Here it is what it is.
    private static final Set<String> NAMES_OF_TYPES =
            EventTable.current().all().stream().map(EventType::name).collect(Collectors.toSet());

    @Test
    void every_capture_holds_the_events_by_type_that_the_reference_counted() throws IOException {
        var expected = Shared.mapping(Shared.json(Files.readAllBytes(Shared.path("expected.json"))), "scap");
        var differing = new ArrayList<String>();
        int agreeing = 0;
        for (var entry : expected.entries()) {
            var wanted = new TreeMap<String, Long>();
            for (var count : Shared.mapping((Node.Mapping) entry.value(), "events_by_type")
                    .entries()) {
                wanted.put(count.key(), Long.parseLong(((Node.Number) count.value()).literal()));
            }
            var counted = countsByType(Shared.path("scap").resolve(entry.key()));
            wanted.keySet().removeAll(OF_THE_ENGINE);
            counted.keySet().removeAll(OF_THE_ENGINE);
            if (wanted.equals(counted)) {
                agreeing++;
            } else {
                differing.add(entry.key() + ": " + difference(wanted, counted));
            }
        }
        System.out.println("events by type: " + agreeing + " captures agree, " + differing.size() + " differ");
        System.out.println("calls recorded as 'syscall' whose names have a type by now, not counted there: " + named);
        differing.forEach(System.out::println);
        assertEquals(List.of(), differing);
    }

    @Test
    void every_made_capture_is_read_to_its_end() throws IOException {
        int read = 0;
        for (var capture : Shared.captures()) {
            try (var in = Files.newInputStream(capture)) {
                var summary = CaptureReader.read(in, _ -> true);
                assertEquals(Optional.empty(), summary.fault(), capture.toString());
                assertEquals(0, summary.unknownEvents(), capture.toString());
                assertEquals(0, summary.unknownBlocks(), capture.toString());
                assertTrue(summary.events() > 0, capture.toString());
            }
            read++;
        }
        System.out.println(read + " captures read to their end");
    }

    /// The reference printed number, time and type of the events that its probe rules saw.
    @Test
    void events_have_the_numbers_that_the_reference_gave_them() throws IOException {
        int compared = 0;
        try (var files = Files.list(Shared.path("golden"))) {
            for (var golden : files.sorted().toList()) {
                var wanted = wantedByNumber(golden);
                var name = golden.getFileName().toString().replace(".jsonl", ".scap");
                var seen = new HashMap<Long, String>();
                try (var in = Files.newInputStream(Shared.path("scap").resolve(name))) {
                    CaptureReader.read(in, event -> {
                        seen.put(event.number(), event.timeNanos() + " " + Shared.typeName(event));
                        return true;
                    });
                }
                for (var one : wanted.entrySet()) {
                    assertEquals(one.getValue(), seen.get(one.getKey()), name + " event " + one.getKey());
                    compared++;
                }
            }
        }
        System.out.println(compared + " events have the reference's number, time and type");
        assertTrue(compared > 0);
    }

    private static Map<Long, String> wantedByNumber(Path golden) throws IOException {
        var wanted = new TreeMap<Long, String>();
        for (var line : Files.readAllLines(golden)) {
            if (!line.isBlank()) {
                var fields = Shared.mapping(Shared.json(line.getBytes()), "output_fields");
                if (fields.get("evt.num").isPresent()
                        && fields.get("evt.time.iso8601").isPresent()) {
                    var type = ((Node.Text) fields.get("evt.type").orElseThrow()).value();
                    wanted.put(
                            Shared.number(fields, "evt.num"), Shared.number(fields, "evt.time.iso8601") + " " + type);
                }
            }
        }
        return wanted;
    }

    private Map<String, Long> countsByType(Path capture) throws IOException {
        var counts = new TreeMap<String, Long>();
        try (var in = Files.newInputStream(capture)) {
            var summary = CaptureReader.read(in, event -> {
                var name = Shared.typeName(event);
                if (event.type().name().equals(name) || !NAMES_OF_TYPES.contains(name)) {
                    counts.merge(name, 1L, Long::sum);
                } else {
                    named.merge(name, 1L, Long::sum);
                }
                return true;
            });
            assertEquals(Optional.empty(), summary.fault(), capture.toString());
        }
        return counts;
    }

    private static String difference(Map<String, Long> wanted, Map<String, Long> counted) {
        var lines = new ArrayList<String>();
        var keys = new TreeMap<>(wanted);
        keys.putAll(counted);
        for (var key : keys.keySet()) {
            if (!java.util.Objects.equals(wanted.get(key), counted.get(key))) {
                lines.add(key + " " + wanted.get(key) + " -> " + counted.get(key));
            }
        }
        return String.join(", ", lines);
    }
}
