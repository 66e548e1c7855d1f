// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/// How late a machine is by itself: a thread that only sleeps, and how long after its time it wakes. Nothing that is
/// asked over a network can be more punctual. On a guest whose host is busy that is tens of milliseconds.
final class Lateness implements AutoCloseable {
    private static final String NAME = "gh-lateness"; // what the kernel keeps of a name is 15 bytes
    private static final long GAP_NANOS = 2_000_000;
    private static final int MOST = 1 << 20;

    private final long[] late = new long[MOST];
    private volatile boolean over;
    private volatile int count;
    private final Thread thread = Thread.ofPlatform().name(NAME).daemon().unstarted(this::sleep);

    private Lateness() {}

    static Lateness anywhere() {
        var lateness = new Lateness();
        lateness.thread.start();
        return lateness;
    }

    /// @param core where it sleeps
    static Lateness on(int core) throws IOException, InterruptedException {
        var lateness = anywhere();
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (var task : (Iterable<Path>) tasks::iterator) {
                if (Files.readString(task.resolve("comm")).strip().equals(NAME)) {
                    pin(task.getFileName().toString(), core);
                }
            }
        }
        return lateness;
    }

    private static void pin(String task, int core) throws IOException, InterruptedException {
        new ProcessBuilder("taskset", "-p", "-c", Integer.toString(core), task)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /// By a plan, as requests come: who sleeps through five of its times was late five times.
    private void sleep() {
        long start = System.nanoTime();
        while (!over && count < MOST) {
            long due = start + (count + 1) * GAP_NANOS;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            late[count] = System.nanoTime() - due;
            count++; // only this thread writes it
        }
    }

    /// Nanoseconds, of all there was since the start.
    long p99() {
        var sorted = Arrays.copyOf(late, count);
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
    }

    @Override
    public void close() {
        over = true; // it ends within a gap
    }
}
