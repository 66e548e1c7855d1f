// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Measured data that lies beside the project. A test that needs it is skipped where it is absent.
final class SharedData {
    private static final Path FALCO = Path.of(System.getProperty("gatehouse.root"))
            .resolve("../shared/falco")
            .normalize();
    private static final Limits LARGE = new Limits(64 * 1024 * 1024, 100, 8 * 1024 * 1024);

    private SharedData() {}

    static Path path(String file) {
        assumeTrue(Files.isDirectory(FALCO), "no measured data at " + FALCO);
        return FALCO.resolve(file);
    }

    static byte[] bytes(String file) {
        try {
            return Files.readAllBytes(path(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Node json(String file) {
        var reading = JsonReader.read(file, bytes(file), LARGE);
        assertEquals(List.of(), reading.diagnostics());
        return reading.documents().getFirst();
    }

    static Node yaml(String file) {
        var text = new String(bytes(file), java.nio.charset.StandardCharsets.UTF_8);
        return YamlReader.read(new SourceText(file, text)).documents().getFirst();
    }

    static String text(Node node) {
        return ((Node.Text) node).value();
    }
}
