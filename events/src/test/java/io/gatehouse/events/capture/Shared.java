// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.SyscallNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Captures and measured values of the reference, which lie beside this repository. A test that needs them
/// is skipped where they are absent.
final class Shared {
    private static final JsonReader.Limits LIMITS = new JsonReader.Limits(64 << 20, 100, 64 << 20);

    private Shared() {}

    static Path path(String name) {
        var path = Path.of(System.getProperty("gatehouse.root"), "..", "shared", "falco", name);
        assumeTrue(Files.exists(path), () -> "the reference's data is not here: " + path);
        return path;
    }

    /// Real ones and made ones.
    static List<Path> captures() throws IOException {
        try (var real = Files.list(path("scap"));
                var made = Files.list(path("synthetic"))) {
            return java.util.stream.Stream.concat(real.sorted(), made.sorted())
                    .filter(file -> file.toString().endsWith(".scap"))
                    .toList();
        }
    }

    static Node.Mapping json(byte[] text) {
        return (Node.Mapping) JsonReader.read("json", text, LIMITS).documents().getFirst();
    }

    static Node.Mapping mapping(Node.Mapping in, String key) {
        return (Node.Mapping) in.get(key).orElseThrow();
    }

    static long number(Node.Mapping in, String key) {
        return Long.parseLong(((Node.Number) in.get(key).orElseThrow()).literal());
    }

    /// What rules call `evt.type`.
    static String typeName(Event event) {
        return event.code() <= 1
                ? SyscallNames.of(event.number(0), event.number(1))
                : event.type().name();
    }
}
