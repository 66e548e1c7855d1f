// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.fail;

import io.gatehouse.agent.enforce.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The command as a process of its own, with what it says on standard error read line by line. What it leaves in the
/// kernel stands under a name of its own and goes with it: an agent of this machine has the usual name.
final class GatehouseProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Process process;
    private final Instance instance;
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();

    private GatehouseProcess(Process process, Instance instance) {
        this.process = process;
        this.instance = instance;
        Thread.ofPlatform().daemon().start(() -> process.errorReader().lines().forEach(said::add));
    }

    /// @param state where it keeps what it keeps
    /// @param wrapper a command that runs the command that follows it; may be empty
    static GatehouseProcess start(Path state, List<String> wrapper, String... words) throws IOException {
        var line = new ArrayList<>(wrapper);
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.gatehouse.cli.Gatehouse"));
        line.addAll(List.of(words));
        var builder = new ProcessBuilder(line);
        builder.environment().put("GATEHOUSE_STATE", state.toString());
        var instance = Instance.of(
                Instance.USUAL_ROOT, "test-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet());
        builder.environment().put("GATEHOUSE_INSTANCE", instance.name());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return new GatehouseProcess(builder.start(), instance);
    }

    /// Waits for a line that holds a text; lines that came before it count too.
    String awaitLine(String part) throws InterruptedException {
        for (var line : heard) {
            if (line.contains(part)) {
                return line;
            }
        }
        for (var line = next(); line != null; line = next()) {
            heard.add(line);
            if (line.contains(part)) {
                return line;
            }
        }
        return fail("waited in vain for '" + part + "'; said: " + String.join("\n", heard));
    }

    private String next() throws InterruptedException {
        return said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Forgets what was said until now, so that the next wait is for something new.
    void forget() {
        said.drainTo(heard);
        heard.clear();
    }

    /// Tells it to end, and waits until it has.
    int end() throws InterruptedException {
        process.toHandle().destroy(); // Process.destroy would close the stream we read
        return awaitEnd();
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            fail("it did not end; said: " + heard);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
        if (Files.isDirectory(instance.folder())) {
            instance.release();
        }
    }
}
