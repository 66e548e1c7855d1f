// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.Breach;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.act.RecordedContainer;
import io.gatehouse.schemas.act.RecordedContainer.RecordedMount;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.alert.Alert.Ancestor;
import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.policy.PolicyName;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTextTest {
    private static final Instant TIME = Instant.parse("2026-11-20T08:00:00.000000001Z");

    @Test
    void what_is_written_is_read_back_as_it_was() {
        for (var line : everything()) {
            var text = RecordingText.write(line);
            assertEquals(new RecordingText.Read.Line(line), RecordingText.read(text), text);
        }
    }

    @Test
    void every_line_is_as_the_schema_says() throws IOException {
        String schema;
        try (var in = RecordedLine.class.getResourceAsStream("/io/gatehouse/schemas/ActRecording.v1alpha1.json")) {
            schema = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        var checked = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema, InputFormat.JSON);
        for (var line : everything()) {
            var text = RecordingText.write(line);
            assertEquals(List.of(), checked.validate(text, InputFormat.JSON), text);
        }
    }

    @Test
    void a_file_name_can_neither_end_the_line_nor_speak_to_a_terminal() {
        var text = RecordingText.write(new RecordedLine.Acted(act("/tmp/a\nb\u001b[2J\u202e", Optional.empty())));

        assertTrue(text.chars().allMatch(c -> c >= ' ' && c < 0x7f), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"version\":\"v1alpha1\"}",
                "{\"version\":\"v2\",\"type\":\"lost\"}",
                "{\"version\":\"v1alpha1\",\"type\":\"lost\",\"time\":\"yesterday\",\"count\":1,\"cause\":\"x\"}",
                "{\"version\":\"v1alpha1\",\"type\":\"lost\",\"time\":\"2026-11-20T08:00:00Z\",\"count\":\"1\",\"cause\":\"x\"}",
                "{\"version\":\"v1alpha1\",\"type\":\"act\",\"time\":\"2026-11-20T08:00:00Z\",\"count\":0}"
            })
    void a_line_that_is_none_is_a_fault_and_no_failure(String text) {
        assertInstanceOf(RecordingText.Read.Fault.class, RecordingText.read(text));
    }

    @Test
    void equal_acts_count_as_one_and_different_ones_do_not() {
        var recording =
                Acts.of("web").runs("/bin/a").runs("/bin/b").runs("/bin/a").recording();

        assertEquals(2, recording.acts().size());
        var first = recording.acts().getFirst();
        assertEquals(2, first.count());
        assertEquals(first.first().plusSeconds(2), first.last());
    }

    private static List<RecordedLine> everything() {
        var lines = new ArrayList<RecordedLine>();
        lines.add(new RecordedLine.Begun(
                TIME, "learn", "lsm", List.of("mounts"), List.of("/etc/shadow"), List.of("some gap")));
        lines.add(new RecordedLine.Met(
                TIME,
                new RecordedContainer(
                        new ContainerFacts("4f2a", "web", Optional.of("nginx:1"), "containerd"),
                        Optional.of(new PodFacts("shop", "web-0")),
                        Optional.of(Map.of("app", "web")),
                        true,
                        List.of(new RecordedMount("/data", "ext4", true)),
                        Map.of("/bin", "usr/bin"),
                        List.of(List.of("/bin/[", "/bin/sh")),
                        List.of("/root/.ssh/"))));
        lines.add(new RecordedLine.Met(
                TIME,
                new RecordedContainer(
                        new ContainerFacts("4f2a", "web", Optional.empty(), "runc"),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of())));
        lines.add(new RecordedLine.Acted(act("", Optional.of(new Endpoint("tcp", "2001:db8::1", 65535)))));
        lines.add(new RecordedLine.Acted(act("/etc/\"\\\t\u00fc\ud83d\ude00", Optional.empty())));
        lines.add(new RecordedLine.Acted(act("/etc/a", Optional.empty()).repeated(41, TIME.plusSeconds(3))));
        lines.add(new RecordedLine.Lost(TIME, Long.MAX_VALUE, "ring full"));
        return lines;
    }

    private static RecordedAct act(String path, Optional<Endpoint> endpoint) {
        return new RecordedAct(
                TIME,
                TIME,
                1,
                new ContainerFacts("4f2a", "web", Optional.of("nginx:1"), "containerd"),
                Optional.of(new PodFacts("shop", "web-0")),
                endpoint.isPresent() ? "connect" : "open_for_writing",
                List.of("writes.rootFilesystem"),
                path,
                endpoint.isPresent(),
                Optional.of(new RecordedFile(-1, -1, -1, true, true, true, true)),
                endpoint,
                "/bin/sh",
                new ProcessFacts("/bin/sh", List.of("sh", "-c"), false, 1, 4294967295L, List.of(new Ancestor("x", 1))),
                "detail",
                "lsm",
                List.of(
                        new Breach(PolicyName.cluster("a"), "mounts"),
                        new Breach(PolicyName.namespaced("shop", "b"), "mounts")));
    }
}
