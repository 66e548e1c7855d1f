// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.bench.Loops.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoopsTest {
    @TempDir
    Path folder;

    @Test
    void every_loop_runs_prints_what_is_read_and_leaves_nothing_behind() throws IOException {
        assumeTrue(Loops.compilerInstalled(), "no C compiler is installed");
        var loops = Loops.compile(folder.resolve("programs"));
        var work = Files.createDirectory(folder.resolve("work"));
        for (var loop : Loop.values()) {
            var result = loops.run(loop, 1, work);
            assertEquals(loop, result.loop());
            assertEquals(loop.iterations(), result.iterations());
            assertEquals(1, result.rounds());
            assertTrue(0 < result.minNanos(), result::toString);
            assertTrue(result.minNanos() <= result.medianNanos(), result::toString);
            assertTrue(result.medianNanos() <= result.maxNanos(), result::toString);
        }
        try (var left = Files.list(work)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void a_loop_that_cannot_run_says_why() throws IOException {
        assumeTrue(Loops.compilerInstalled(), "no C compiler is installed");
        var loops = Loops.compile(folder.resolve("programs"));
        var error = assertThrows(IOException.class, () -> loops.run(Loop.OPEN_CLOSE, 1, folder.resolve("missing")));
        assertTrue(error.getMessage().contains("No such file or directory"), error.getMessage());
        var rounds = assertThrows(IOException.class, () -> loops.run(Loop.GETPPID, 0, folder));
        assertTrue(rounds.getMessage().contains("'0' is not a number from 1"), rounds.getMessage());
    }

    @Test
    void a_line_is_read_and_anything_else_is_refused() throws IOException {
        assertEquals(
                new Loops.Result(Loop.CREATE_WRITE_UNLINK, 5000, 7, 10870.5, 10000.0, 12000.1),
                Loops.parse("create-write-unlink 5000 7 10870.5 10000.0 12000.1\n"));
        for (var bad : List.of("", "getppid 1 2 3 4", "other 1 2 3 4 5", "getppid 1 2 3 4 x", "Killed")) {
            var error = assertThrows(IOException.class, () -> Loops.parse(bad));
            assertEquals("not a result of loops: " + bad, error.getMessage());
        }
    }
}
