// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The image that `./mvnw package -Pimage` made, if it did.
@Timeout(180)
@Tag("host")
class OwnImageTest {
    private static final Path TAR = Path.of(System.getProperty("gatehouse.root"), "cli/target/jib-image.tar");

    @TempDir
    Path folder;

    @BeforeEach
    void there_is_an_image() throws Exception {
        assumeTrue(Files.exists(TAR), "no image was built: ./mvnw package -Pimage");
        for (var tool : List.of("skopeo", "umoci", "runc")) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", tool)) || Files.isExecutable(Path.of("/usr/sbin", tool)),
                    "no " + tool + " here");
        }
        run(0, "skopeo", "copy", "-q", "docker-archive:" + TAR, "oci:layout:gatehouse");
    }

    @Test
    void it_keeps_the_rule_it_holds_others_to() throws Exception {
        var said = run(
                0,
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.gatehouse.cli.Gatehouse",
                "image",
                "inspect",
                "./layout:gatehouse");
        assertTrue(said.contains(": distroless; "), said);
    }

    @Test
    void it_runs_with_a_read_only_root_and_no_rights() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root starts containers here");
        run(0, "umoci", "unpack", "--image", "layout:gatehouse", "bundle");
        var config = folder.resolve("bundle/config.json");
        var written = Files.readString(config);
        assertTrue(written.contains("\"uid\": 65532"), written);
        Files.writeString(
                config,
                written.replace("\"io.gatehouse.cli.Gatehouse\"", "\"io.gatehouse.cli.Gatehouse\", \"--version\"")
                        .replace("\"terminal\": true", "\"terminal\": false")
                        .replaceFirst("(\"root\": \\{\\s+\"path\": \"rootfs\")", "$1, \"readonly\": true"));
        var said = run(
                0,
                "runc",
                "run",
                "--bundle",
                "bundle",
                "gatehouse-image-" + ProcessHandle.current().pid());
        assertTrue(said.startsWith("gatehouse "), said);
    }

    private String run(int expected, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(expected, process.waitFor(), said);
        return said;
    }
}
