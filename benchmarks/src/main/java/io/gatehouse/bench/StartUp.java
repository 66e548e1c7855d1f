// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/// From the start of the process to "ready": programs attached, policies in force, webhook open; and its resident
/// memory
/// then and a little later.
final class StartUp {
    private static final int STARTS = 7;
    private static final double BUDGET_MILLIS = 1000;
    private static final double BUDGET_MIB = 100;

    private StartUp() {}

    static void print(PrintStream out) throws IOException, InterruptedException {
        out.println("with the shipped policies, median of " + STARTS + " starts");
        var table = new Table();
        measure(table, "agent");
        measure(table, "up", "--listen", "127.0.0.1:0");
        out.print(table.text());
    }

    private static void measure(Table table, String... command) throws IOException, InterruptedException {
        var millis = new ArrayList<Double>();
        var resident = new ArrayList<Double>();
        var state = Files.createTempDirectory("gatehouse-start");
        for (int i = 0; i < STARTS; i++) {
            long begin = System.nanoTime();
            var process = start(state, command);
            try {
                awaitReady(process.errorReader());
                millis.add((System.nanoTime() - begin) / 1e6);
                resident.add(residentMib(process.pid()));
            } finally {
                process.destroy();
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
        table.row(
                "gatehouse " + command[0] + ", start to ready",
                "ms",
                OptionalDouble.of(BUDGET_MILLIS),
                OptionalDouble.empty(),
                Overhead.median(millis));
        table.row(
                "gatehouse " + command[0] + ", resident",
                "MiB",
                OptionalDouble.of(BUDGET_MIB),
                OptionalDouble.empty(),
                Overhead.median(resident));
    }

    private static Process start(Path state, String... command) throws IOException {
        var java = ProcessHandle.current().info().command().orElse("java");
        var line = new ArrayList<>(List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC", // as the launcher has it
                "-Xms8m",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.gatehouse.cli.Gatehouse"));
        line.addAll(List.of(command));
        var builder = new ProcessBuilder(line);
        builder.environment().put("GATEHOUSE_STATE", state.toString());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return builder.start();
    }

    private static void awaitReady(BufferedReader said) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("gatehouse: ready")) {
                return;
            }
        }
        throw new IOException("gatehouse up ended before it was ready");
    }

    private static double residentMib(long pid) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS for " + pid);
    }
}
