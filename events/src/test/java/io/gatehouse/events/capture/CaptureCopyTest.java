// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureFiles.Limits;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureCopyTest {
    private static final int CLOSE_EXIT = 5;
    private static final int READ_EXIT = 7;

    @TempDir
    private Path folder;

    @Test
    void what_is_not_wanted_is_kept_for_the_state_alone_if_it_changes_it() {
        var transcript = new Transcript();
        var copy = new CaptureCopy(transcript, event -> event.tid() == 1);

        assertTrue(copy.event(close(1, 10)));
        assertTrue(copy.event(close(2, 11)));
        assertTrue(copy.event(read(1, 12)));
        assertTrue(copy.event(read(2, 13)));

        assertEquals(
                List.of(
                        "1 10 1 cpu 0 5 close 00000000 01000000",
                        "state only 1 11 2 cpu 0 5 close 00000000 01000000",
                        "1 12 1 cpu 0 7 read 00000000 01000000  "),
                transcript.lines());
    }

    @Test
    void a_new_file_begins_when_the_span_is_over_and_tells_what_the_machine_is_like_then() throws IOException {
        var limits = new Limits(OptionalLong.empty(), Optional.of(Duration.ofNanos(10)), OptionalInt.of(2));
        var group = new AccountEntry.Group(7, "now");
        try (var files =
                new CaptureFiles(folder.resolve("x.scap"), Packing.NONE, limits, visitor -> visitor.account(group))) {
            for (long time : new long[] {100, 109, 110, 119, 120, 125}) {
                files.event(close(1, time));
            }
        }

        assertEquals(List.of("section", group.toString(), "1 120", "2 125"), times("x.scap0"));
        assertEquals(List.of("section", group.toString(), "1 110", "2 119"), times("x.scap1"));
        assertFalse(Files.exists(folder.resolve("x.scap2")));
    }

    @Test
    void a_new_file_begins_when_the_last_is_large_enough() throws IOException {
        var limits = new Limits(OptionalLong.of(200_000), Optional.empty(), OptionalInt.empty());
        try (var files = new CaptureFiles(folder.resolve("y"), Packing.NONE, limits, _ -> {})) {
            for (int i = 0; i < 10_000; i++) {
                files.event(close(1, i));
            }
        }

        long events = 0;
        for (int i = 0; Files.exists(folder.resolve("y" + i)); i++) {
            assertTrue(Files.size(folder.resolve("y" + i)) < 300_000);
            events += times("y" + i).size() - 1;
        }
        assertEquals(10_000, events);
        assertTrue(Files.exists(folder.resolve("y1")));
    }

    private List<String> times(String name) throws IOException {
        var transcript = new Transcript();
        try (var in = Files.newInputStream(folder.resolve(name))) {
            assertEquals(Optional.empty(), CaptureReader.read(in, transcript).fault());
        }
        return transcript.lines().stream()
                .map(line ->
                        line.contains(" cpu ") ? line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1)) : line)
                .toList();
    }

    private static Event close(long tid, long time) {
        return event(CLOSE_EXIT, tid, time);
    }

    private static Event read(long tid, long time) {
        return event(READ_EXIT, tid, time).param(0, 0).param(0, 0);
    }

    private static Event event(int code, long tid, long time) {
        return new Event()
                .begin(code, 1, time, tid, 0, new byte[] {0, 0, 0, 0, 1, 0, 0, 0})
                .param(0, 4)
                .param(4, 4);
    }
}
