// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    @TempDir
    private Path folder;

    private Path log;
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        log = folder.resolve("audit.log");
        write("before\n");
    }

    private void write(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private LogTail tail(boolean fromStart, int longest) throws IOException {
        return new LogTail(log, fromStart, longest, (line, bytes) -> lines.add(line + ":" + new String(bytes)));
    }

    @Test
    void only_what_is_written_from_now_on_is_read() throws IOException {
        try (var tail = tail(false, 100)) {
            assertFalse(tail.read());
            write("one\ntw");
            assertTrue(tail.read());
            write("o\n");
            tail.read();
        }
        assertEquals(List.of("1:one", "2:two"), lines);
    }

    @Test
    void what_is_there_already_is_read_where_asked() throws IOException {
        try (var tail = tail(true, 100)) {
            tail.read();
        }
        assertEquals(List.of("1:before"), lines);
    }

    /// kube-apiserver renames the log and begins a new one.
    @Test
    void rotation_loses_and_doubles_nothing() throws IOException {
        try (var tail = tail(false, 100)) {
            write("one\n");
            Files.move(log, folder.resolve("audit-1.log"));
            tail.read();
            Files.writeString(folder.resolve("audit-1.log"), "late\n", StandardOpenOption.APPEND);
            write("two\n");
            tail.read();
        }
        assertEquals(List.of("1:one", "2:late", "1:two"), lines);
    }

    /// logrotate's copytruncate.
    @Test
    void a_log_that_is_emptied_is_read_from_its_start() throws IOException {
        try (var tail = tail(false, 100)) {
            write("one\n");
            tail.read();
            Files.writeString(log, "");
            tail.read();
            write("two\n");
            tail.read();
        }
        assertEquals(List.of("1:one", "1:two"), lines);
    }

    @Test
    void a_line_that_never_ends_takes_no_more_memory_than_a_long_one() throws IOException {
        try (var tail = tail(false, 10)) {
            write("x".repeat(3_000_000));
            tail.read();
            write("\nshort\n");
            tail.read();
            assertEquals(1, tail.tooLong());
        }
        assertEquals(List.of("2:short"), lines);
    }

    @Test
    void however_the_log_is_cut_the_lines_are_the_same() throws IOException {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var expected = new ArrayList<String>();
        try (var tail = tail(false, 1000)) {
            int number = 0;
            var part = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                if (random.nextBoolean()) {
                    part.append('\n');
                    write(part.toString());
                    part.setLength(0);
                } else {
                    part.append((char) ('a' + random.nextInt(26)));
                }
                if (random.nextInt(4) == 0) {
                    tail.read();
                }
            }
            tail.read();
            for (var line : Files.readString(log).substring("before\n".length()).split("\n", -1)) {
                expected.add(++number + ":" + line);
            }
            expected.removeLast(); // after the last line's end
        }
        assertEquals(expected, lines, () -> "seed " + seed);
    }
}
