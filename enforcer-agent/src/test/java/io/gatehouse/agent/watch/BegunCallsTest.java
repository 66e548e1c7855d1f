// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.schemas.event.CallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BegunCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void a_thread_counts_for_as_long_as_it_sleeps_in_the_call() throws Exception {
        var numbers = Set.of(number("nanosleep"), number("clock_nanosleep"));
        var sleeper = new ProcessBuilder("sleep", "600").start();
        try {
            var call = Path.of("/proc", Long.toString(sleeper.pid()), "syscall");
            assumeTrue(Files.isReadable(call), "who runs this may not see in which call a process is");
            // Of that process alone: others of the machine sleep and wake as they like.
            var proc = Files.createDirectory(folder.resolve("proc"));
            Files.createSymbolicLink(proc.resolve("1"), call.getParent());

            until(() -> BegunCalls.of(proc, numbers).remain());
            assertFalse(BegunCalls.of(proc, Set.of(number("accept"))).remain());

            var begun = BegunCalls.of(proc, numbers);
            assertTrue(begun.remain());
            sleeper.destroyForcibly();
            assertTrue(sleeper.waitFor(30, TimeUnit.SECONDS));
            assertFalse(begun.remain());
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void what_cannot_be_read_is_not_there() throws IOException {
        var proc = Files.createDirectories(folder.resolve("proc"));
        Files.createDirectories(proc.resolve("7/task/7"));
        assertFalse(BegunCalls.of(proc, Set.of(1)).remain());
        assertFalse(BegunCalls.of(folder.resolve("none"), Set.of(1)).remain());
    }

    private static int number(String call) {
        return CallTable.current().all().stream()
                .filter(each -> each.name().equals(call))
                .findFirst()
                .orElseThrow()
                .number();
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited in vain");
            Thread.onSpinWait();
        }
    }
}
