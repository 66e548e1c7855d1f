// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.engine.format.OutputValue;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Every value that the reference printed of real captures, compared with ours.
class GoldenValuesTest {
    private record Row(String rule, Node.Mapping values) {}

    private final Map<String, int[]> byField = new TreeMap<>();
    private final Map<String, List<String>> samples = new TreeMap<>();
    private int rows;
    private int agree;
    private int differ;

    @Test
    void every_value_is_that_of_the_reference() throws IOException {
        for (var capture : ReferenceData.realCaptures()) {
            compare(capture);
        }
        report();
        assertTrue(agree > 0);
        assertEquals(0, differ);
    }

    private void compare(Path capture) throws IOException {
        var expected = golden(capture);
        var formatters = formatters();
        try (var in = Files.newInputStream(capture)) {
            CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                var here = expected.remove(scene.event().number());
                if (here != null) {
                    for (var row : here) {
                        compare(capture, row, formatters.get(row.rule()).values(scene));
                    }
                }
                return !expected.isEmpty();
            });
        }
        expected.values()
                .forEach(missing -> missing.forEach(row -> {
                    differ++;
                    sample("(no such event)", ReferenceData.name(capture) + " " + row.rule());
                }));
    }

    private void compare(Path capture, Row row, Map<String, OutputValue> values) {
        rows++;
        for (var entry : row.values().entries()) {
            var ours = entry.key().equals("evt.time.iso8601")
                    ? values.get("evt.rawtime") // which is what all times are among values
                    : values.get(entry.key());
            if (ours == null && entry.key().equals("evt.time.iso8601")) {
                continue;
            }
            var count = byField.computeIfAbsent(entry.key(), _ -> new int[2]);
            var wanted = json(entry.value());
            var given = ours == null ? "(no such value)" : ours.json();
            if (wanted.equals(given)) {
                agree++;
                count[0]++;
            } else {
                differ++;
                count[1]++;
                sample(
                        entry.key(),
                        ReferenceData.name(capture) + " "
                                + json(row.values().get("evt.num").orElseThrow()) + " "
                                + json(row.values().get("evt.type").orElseThrow()) + ": " + wanted + " / " + given);
            }
        }
    }

    private void sample(String field, String text) {
        var list = samples.computeIfAbsent(field, _ -> new ArrayList<>());
        if (list.size() < Integer.getInteger("gatehouse.samples", 3)) {
            list.add(text);
        }
    }

    private void report() {
        System.out.printf("golden values: %d rows, %d agree, %d differ%n", rows, agree, differ);
        byField.forEach((field, count) -> {
            if (count[1] > 0) {
                System.out.printf("  %s: %d agree, %d differ%n", field, count[0], count[1]);
                samples.get(field).forEach(sample -> System.out.println("      " + sample));
            }
        });
        samples.getOrDefault("(no such event)", List.of()).forEach(System.out::println);
    }

    private static Map<String, Formatter<Scene>> formatters() throws IOException {
        var readers = new SyscallFields(ZoneOffset.UTC);
        var formatters = new HashMap<String, Formatter<Scene>>();
        ReferenceData.ofRules("probe/probe_rules.yaml", "output")
                .forEach((rule, output) ->
                        formatters.put(rule, new Formatter<>(ReferenceData.format(output), readers, Buffers.DOTS)));
        return formatters;
    }

    private static Map<Long, List<Row>> golden(Path capture) throws IOException {
        var rows = new HashMap<Long, List<Row>>();
        var file = ReferenceData.path("golden/" + ReferenceData.name(capture) + ".jsonl");
        for (var line : Files.readAllLines(file)) {
            var alert = ReferenceData.json(line.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            var values = ReferenceData.mapping(alert, "output_fields");
            rows.computeIfAbsent(ReferenceData.number(values, "evt.num"), _ -> new ArrayList<>())
                    .add(new Row(ReferenceData.text(alert, "rule"), values));
        }
        return rows;
    }

    private static String json(Node value) {
        return switch (value) {
            case Node.Text text -> new OutputValue.Text(text.value()).json();
            case Node.Number number -> number.literal();
            case Node.Bool bool -> Boolean.toString(bool.value());
            case Node.Null _ -> "null";
            case Node.Sequence _, Node.Mapping _ -> throw new AssertionError("no field is " + value);
        };
    }
}
