// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The product as its users run it: a process of its own, with the launcher's options.
final class AgentProcess implements AutoCloseable {
    private static final long CLOCK_TICKS = 100; // of /proc/PID/stat, USER_HZ on every machine we run on
    private static final int REMEMBERED_LINES = 40;

    private final Process process;
    private final Thread listening;
    private final Deque<String> said = new ArrayDeque<>(); // guarded by itself
    private final double readyMillis;

    private AgentProcess(Process process, long beganNanos) throws IOException {
        this.process = process;
        var errors = process.errorReader();
        awaitReady(errors);
        this.readyMillis = (System.nanoTime() - beganNanos) / 1e6;
        this.listening = Thread.ofPlatform().daemon().start(() -> listen(errors));
    }

    /// Returns when it has said that it is ready.
    ///
    /// @param output where its alerts go
    static AgentProcess start(Path state, ProcessBuilder.Redirect output, List<String> words) throws IOException {
        return start(
                List.of(), // as the launcher has it
                List.of("-XX:+UseSerialGC", "-Xms8m", "-Xmx64m", "-XX:TieredStopAtLevel=1"),
                state,
                output,
                words);
    }

    /// @param before what starts the program: a tool with its options, or nothing
    /// @param options of Java
    static AgentProcess start(
            List<String> before, List<String> options, Path state, ProcessBuilder.Redirect output, List<String> words)
            throws IOException {
        var line = new ArrayList<>(before);
        line.add(ProcessHandle.current().info().command().orElse("java"));
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("--sun-misc-unsafe-memory-access=allow");
        line.addAll(options);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.gatehouse.cli.Gatehouse"));
        line.addAll(words);
        var builder = new ProcessBuilder(line).redirectOutput(output);
        builder.environment().put("GATEHOUSE_STATE", state.toString());
        long began = System.nanoTime();
        return new AgentProcess(builder.start(), began);
    }

    private void awaitReady(BufferedReader errors) throws IOException {
        for (var line = errors.readLine(); line != null; line = errors.readLine()) {
            remember(line);
            if (line.startsWith("gatehouse: ready")) {
                return;
            }
        }
        throw new IOException("gatehouse ended before it was ready:\n" + said());
    }

    private void listen(BufferedReader errors) {
        try {
            for (var line = errors.readLine(); line != null; line = errors.readLine()) {
                remember(line);
            }
        } catch (IOException _) {
            return; // it ended
        }
    }

    private void remember(String line) {
        synchronized (said) {
            said.add(line);
            if (said.size() > REMEMBERED_LINES) {
                said.remove();
            }
        }
    }

    /// The last lines it wrote to standard error.
    String said() {
        synchronized (said) {
            return String.join("\n", said);
        }
    }

    double readyMillis() {
        return readyMillis;
    }

    BufferedReader alerts() {
        return process.inputReader();
    }

    long pid() {
        return process.pid();
    }

    /// Processor time it has used.
    Duration cpu() throws IOException {
        var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * 1000 / CLOCK_TICKS);
    }

    double residentMib() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS for " + process.pid());
    }

    /// Ends it in order, and waits until it has said what it had to say.
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("gatehouse did not end in time");
            }
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while gatehouse ended", e);
        }
    }
}
