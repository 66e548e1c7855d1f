// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// Data of the reference that is not part of this repository and lies beside it. A test that needs it is
/// skipped where it is absent.
final class Shared {
    private Shared() {}

    static Path file(String name) {
        var path = Path.of(System.getProperty("gatehouse.root"), "..", "shared", name);
        assumeTrue(Files.exists(path), () -> "the reference's data is not here: " + path);
        return path;
    }
}
