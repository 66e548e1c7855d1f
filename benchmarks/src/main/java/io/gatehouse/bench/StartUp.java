// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// From the start of the process to "ready": programs attached, policies in force, webhook open; and its resident
/// memory then.
final class StartUp {
    private static final int STARTS = 7;
    private static final double BUDGET_MILLIS = 1000;
    private static final double BUDGET_MIB = 100;

    private StartUp() {}

    static void print(PrintStream out) throws IOException {
        out.println("with the shipped policies, median of " + STARTS + " starts");
        var table = new Table();
        measure(table, "agent");
        measure(table, "up", "--listen", "127.0.0.1:0");
        out.print(table.text());
    }

    private static void measure(Table table, String... command) throws IOException {
        var millis = new ArrayList<Double>();
        var resident = new ArrayList<Double>();
        var state = Files.createTempDirectory("gatehouse-start");
        for (int i = 0; i < STARTS; i++) {
            try (var process = AgentProcess.start(state, Redirect.DISCARD, List.of(command))) {
                millis.add(process.readyMillis());
                resident.add(process.residentMib());
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
}
