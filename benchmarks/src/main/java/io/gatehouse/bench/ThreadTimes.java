// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// The processor time of the threads of a process, by the names the kernel keeps of them: 15 characters.
///
/// @param nanos of all threads of a name together
record ThreadTimes(Map<String, Long> nanos) {
    static ThreadTimes of(long pid) throws IOException {
        var nanos = new HashMap<String, Long>();
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (var thread : threads.toList()) {
                try {
                    var name = Files.readString(thread.resolve("comm")).strip();
                    var spent = Files.readString(thread.resolve("schedstat")).split(" ")[0];
                    nanos.merge(name, Long.parseLong(spent), Long::sum);
                } catch (NoSuchFileException _) {
                    continue; // it has just ended
                } catch (IOException e) {
                    if (Files.exists(thread)) {
                        throw e;
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new ThreadTimes(nanos);
    }

    /// A thread that has ended since counts for nothing.
    ThreadTimes minus(ThreadTimes before) {
        var left = new HashMap<String, Long>();
        nanos.forEach((name, spent) -> left.put(name, Math.max(0, spent - before.nanos.getOrDefault(name, 0L))));
        return new ThreadTimes(left);
    }

    Duration all() {
        return Duration.ofNanos(
                nanos.values().stream().mapToLong(Long::longValue).sum());
    }

    Duration of(String name) {
        return Duration.ofNanos(nanos.getOrDefault(name, 0L));
    }

    /// Both of Java's.
    Duration compiler() {
        return of("C1 CompilerThre").plus(of("C2 CompilerThre"));
    }
}
