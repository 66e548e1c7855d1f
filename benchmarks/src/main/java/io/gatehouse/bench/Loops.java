// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The loops of system calls whose cost tells what the agent costs everybody else: `loops.c`, compiled on the spot.
///
/// ```java
/// var loops = Loops.compile(Path.of("target/loops"));
/// var result = loops.run(Loop.OPEN_CLOSE, 7, directory);
/// ```
public final class Loops {
    private static final List<String> COMPILERS = List.of("gcc", "clang-19", "clang", "cc");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /// One loop. Iterations are such that a round takes about 50 ms on an idle machine without an agent.
    public enum Loop {
        GETPPID(400_000),
        OPEN_CLOSE(30_000),
        CREATE_WRITE_UNLINK(5_000),
        FORK_EXEC(100),
        /// A TCP connection over loopback, made, taken and reset.
        CONNECT(5_000),
        /// Files that are not there, each of a name that was never asked for before.
        OPEN_NEW(30_000),
        /// One byte into a file that is open.
        WRITE(100_000),
        /// Code of a file, mapped as a loader does.
        MAP(30_000);

        private final int iterations;

        Loop(int iterations) {
            this.iterations = iterations;
        }

        public int iterations() {
            return iterations;
        }

        /// As `loops.c` names it.
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Nanoseconds per operation over all rounds.
    public record Result(Loop loop, int iterations, int rounds, double medianNanos, double minNanos, double maxNanos) {}

    private final Path program;
    private final Path nothing;

    private Loops(Path program, Path nothing) {
        this.program = program;
        this.nothing = nothing;
    }

    /// Compiles both programs statically into a folder.
    public static Loops compile(Path folder) throws IOException {
        var compiler = compiler();
        Files.createDirectories(folder);
        return new Loops(compile(compiler, folder, "loops"), compile(compiler, folder, "nothing"));
    }

    private static Path compile(String compiler, Path folder, String name) throws IOException {
        var source = folder.resolve(name + ".c");
        try (InputStream packed = Loops.class.getResourceAsStream("/io/gatehouse/bench/c/" + name + ".c")) {
            Files.copy(packed, source, StandardCopyOption.REPLACE_EXISTING);
        }
        var program = folder.resolve(name).toAbsolutePath();
        run(List.of(
                compiler,
                "-std=gnu11",
                "-O2",
                "-static",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                program.toString(),
                source.toString()));
        return program;
    }

    /// Whether [#compile] can work here.
    public static boolean compilerInstalled() {
        return COMPILERS.stream().anyMatch(Loops::onPath);
    }

    private static String compiler() throws IOException {
        return COMPILERS.stream()
                .filter(Loops::onPath)
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "no C compiler found, looked for %s: apt-get install gcc libc6-dev".formatted(COMPILERS)));
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// The compiled `loops`, static, to be copied into a container.
    public Path program() {
        return program;
    }

    /// The static program that [Loop#FORK_EXEC] runs.
    public Path nothing() {
        return nothing;
    }

    /// Runs one loop on this host.
    ///
    /// @param directory where its files are made
    public Result run(Loop loop, int rounds, Path directory) throws IOException {
        return parse(run(command(loop, loop.iterations(), rounds, program, directory, nothing)));
    }

    /// The command that runs a loop, for those who run it elsewhere, as in a container; [#parse] reads what it prints.
    public static List<String> command(
            Loop loop, int iterations, int rounds, Path program, Path directory, Path nothing) {
        return List.of(
                program.toString(),
                loop.text(),
                Integer.toString(iterations),
                Integer.toString(rounds),
                directory.toString(),
                nothing.toString());
    }

    /// Reads the line that `loops` prints.
    public static Result parse(String printed) throws IOException {
        var words = printed.strip().split(" ");
        try {
            if (words.length == 6) {
                for (var loop : Loop.values()) {
                    if (loop.text().equals(words[0])) {
                        return new Result(
                                loop,
                                Integer.parseInt(words[1]),
                                Integer.parseInt(words[2]),
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[4]),
                                Double.parseDouble(words[5]));
                    }
                }
            }
        } catch (NumberFormatException _) {
            throw new IOException("not a result of loops: " + printed);
        }
        throw new IOException("not a result of loops: " + printed);
    }

    private static String run(List<String> command) throws IOException {
        var process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        try (var output = process.inputReader()) {
            // both programs print a line or two, far less than a pipe holds
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("'%s' did not end in %s".formatted(String.join(" ", command), LIMIT));
            }
            var text = String.join("\n", output.readAllLines());
            if (process.exitValue() != 0) {
                throw new IOException(
                        "'%s' ended with %d: %s".formatted(String.join(" ", command), process.exitValue(), text));
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for '%s'".formatted(String.join(" ", command)), e);
        } finally {
            process.destroyForcibly();
        }
    }
}
