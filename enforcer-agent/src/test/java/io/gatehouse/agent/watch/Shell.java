// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/// A process that does what a test tells it, by its own system calls where the words are built into the shell.
final class Shell implements AutoCloseable {
    private static final String DONE = "done.";

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    private Shell(Process process) {
        this.process = process;
        this.in = process.outputWriter();
        this.out = process.inputReader();
    }

    static Shell start() {
        try {
            return new Shell(new ProcessBuilder("/bin/sh")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int pid() {
        return Math.toIntExact(process.pid());
    }

    /// Runs a line of shell and waits until it is done: what the kernel told of it is in the ring then.
    void run(String line) {
        begin(line);
        awaitDone();
    }

    /// Starts a line of shell and does not wait.
    void begin(String line) {
        try {
            in.write(line + "\necho " + DONE + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitDone() {
        try {
            var line = out.readLine();
            while (line != null && !line.equals(DONE)) {
                line = out.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the shell ended");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Opens a file for reading; the shell goes on where that fails.
    void read(Object path) {
        run("{ true < " + path + "; } 2>/dev/null");
    }

    void write(Object path) {
        run("{ true > " + path + "; } 2>/dev/null");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
