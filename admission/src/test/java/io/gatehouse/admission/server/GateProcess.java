// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.schemas.policy.Mode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The server in a process of its own, which a test may starve, stop and kill. Its one policy asks for a read-only root
/// file system.
final class GateProcess implements AutoCloseable {
    private final Process process;
    private final int port;
    private final String authority;

    private GateProcess(Process process, int port, String authority) {
        this.process = process;
        this.port = port;
        this.authority = authority;
    }

    /// @param before what starts it: a tool with its options, or nothing
    /// @param java options of Java
    static GateProcess start(Path state, int port, List<String> before, String... java) throws IOException {
        var line = new ArrayList<>(before);
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"));
        line.addAll(List.of(java));
        line.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                GateProcess.class.getName(),
                state.toString(),
                Integer.toString(port)));
        var process = new ProcessBuilder(line)
                .redirectError(
                        state.resolveSibling(state.getFileName() + ".log").toFile())
                .start();
        var said = process.inputReader();
        try {
            return new GateProcess(process, Integer.parseInt(line(said)), Files.readString(state.resolve("ca.crt")));
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String line(BufferedReader said) throws IOException {
        var line = said.readLine();
        if (line == null) {
            throw new IOException("the server ended before it was ready");
        }
        return line;
    }

    int port() {
        return port;
    }

    /// In PEM.
    String authority() {
        return authority;
    }

    boolean alive() {
        return process.isAlive();
    }

    /// The most memory it ever had, of everything.
    double peakMib() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmHWM for " + process.pid());
    }

    void signal(String name) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " ended with " + kill.exitValue());
        }
    }

    /// At once, as a machine that loses power.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(20, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /// Serves until the process is ended.
    public static void main(String[] args) throws IOException, InterruptedException {
        var snapshot = Policies.snapshot(Policies.policy("immutable", Mode.ENFORCE, Policies.READ_ONLY));
        var options = AdmissionOptions.of(
                "127.0.0.1",
                Integer.parseInt(args[1]),
                new Certificate.SelfSigned(Path.of(args[0]), List.of("localhost", "127.0.0.1")));
        try (var server = AdmissionServer.start(options, () -> snapshot, Images.NONE, Optional.empty(), _ -> {})) {
            System.out.println(server.port());
            Thread.currentThread().join();
        }
    }
}
