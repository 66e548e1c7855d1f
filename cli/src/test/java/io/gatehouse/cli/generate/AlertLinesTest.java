// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertLinesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static String line(String rule) {
        return """
                {"hostname":"h","output":"o","priority":"Warning","rule":"%s","source":"syscall","tags":[],\
                "time":"2026-01-02T03:04:05.123456789Z","output_fields":{"container.id":"0123456789abcdef","n":null}}
                """.formatted(rule);
    }

    @Test
    void an_alert_is_read_as_falco_writes_it() {
        var arrived = Instant.parse("2026-01-02T03:04:05.125Z");
        var alert = Alert.read(line("R"), arrived).orElseThrow();
        assertEquals("R", alert.rule());
        assertEquals(Optional.of("0123456789ab"), alert.container());
        assertEquals(Duration.ofNanos(1_543_211), alert.latency());
    }

    @Test
    void what_is_no_alert_is_none() {
        for (var text : List.of(
                "", "{", "[]", "3", "{\"rule\":\"R\"}", "{\"rule\":\"R\",\"time\":\"noon\"}", "12:00 Warning x")) {
            assertEquals(Optional.empty(), Alert.read(text, Instant.EPOCH), text);
        }
        var bare = Alert.read("{\"rule\":\"R\",\"time\":\"2026-01-02T03:04:05Z\"}", Instant.EPOCH);
        assertEquals(Optional.empty(), bare.orElseThrow().container());
    }

    @Test
    void only_what_is_written_from_now_on_counts() throws Exception {
        var file = Files.writeString(folder.resolve("alerts"), line("before"));
        try (var lines = AlertLines.open(file)) {
            append(file, "no alert\n" + line("one"));
            append(file, line("two").substring(0, 40)); // a line is read when it has ended
            assertEquals("one", next(lines));
            append(file, line("two").substring(40));
            assertEquals("two", next(lines));
            assertEquals(1, lines.unreadable());
            assertEquals(0, lines.dropped());
        }
    }

    @Test
    void a_file_that_comes_later_or_begins_anew_is_followed() throws Exception {
        var file = folder.resolve("alerts");
        try (var lines = AlertLines.open(file)) {
            Files.writeString(file, line("first") + line("second"));
            assertEquals("first", next(lines));
            assertEquals("second", next(lines));
            Files.writeString(file, line("anew")); // shorter than what was read
            assertEquals("anew", next(lines));
        }
    }

    @Test
    void who_waits_long_enough_without_an_alert_is_told_so() throws Exception {
        try (var lines = AlertLines.open(folder.resolve("never"))) {
            assertEquals(Optional.empty(), lines.next(Duration.ofMillis(1)));
            assertEquals(Optional.empty(), lines.next(Duration.ofMillis(-5)));
        }
    }

    @Test
    void percentiles_are_values_that_were_measured() {
        var hundred = IntStream.rangeClosed(1, 100).mapToObj(Duration::ofMillis).toList();
        assertEquals(Duration.ofMillis(50), RoundReport.percentile(hundred, 50));
        assertEquals(Duration.ofMillis(99), RoundReport.percentile(hundred, 99));
        assertEquals(Duration.ofMillis(1), RoundReport.percentile(List.of(Duration.ofMillis(1)), 50));
        assertEquals(Duration.ofMillis(2), RoundReport.percentile(hundred.subList(0, 2), 99));
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    private static String next(AlertLines lines) throws Exception {
        var alert = lines.next(PATIENCE);
        assertTrue(alert.isPresent(), "no alert came");
        return alert.get().rule();
    }
}
