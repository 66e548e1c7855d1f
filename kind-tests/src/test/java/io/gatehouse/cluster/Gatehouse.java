// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The command as it is run: a process of its own.
public final class Gatehouse {
    private Gatehouse() {}

    /// Runs to its end.
    public static Ended run(String... words) throws IOException, InterruptedException {
        return Ended.run(line(words), Map.of(), "", Ended.Streams.APART);
    }

    public static List<String> line(String... words) {
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.gatehouse.cli.Gatehouse"));
        line.addAll(List.of(words));
        return line;
    }
}
