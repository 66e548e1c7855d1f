// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's demo with a real podman: the policy binds the image that the demo builds, and nothing else.
@Tag("kernel")
class DemoTest {
    private static final Path DEMO = Path.of(System.getProperty("gatehouse.root"), "docs/demo");
    private static final String NAME =
            "gatehouse-demo-" + ProcessHandle.current().pid();

    @TempDir
    Path folder;

    private record Ran(int exit, String said) {}

    @BeforeEach
    void an_image() throws Exception {
        assumeTrue(
                Machine.lacks().isEmpty(),
                () -> "needs " + Machine.lacks().getFirst().what());
        for (var tool : List.of("podman", "runc", "busybox")) {
            assumeTrue(onPath(tool), tool + " is not installed");
        }
        var built = run(DEMO.resolve("image").toString());
        assertEquals(0, built.exit(), built.said());
    }

    @AfterEach
    void no_container_is_left() throws Exception {
        run("podman", "rm", "--force", "--time", "0", "--ignore", NAME);
        run("podman", "volume", "rm", "--force", NAME);
    }

    @Test
    void audit_tells_enforce_stops_and_the_volume_stays_writable() throws Exception {
        var policies = Files.createDirectory(folder.resolve("policies"));
        var policy = Files.copy(DEMO.resolve("policies/demo.yaml"), policies.resolve("demo.yaml"));
        var alerts = folder.resolve("alerts.jsonl");
        try (var up = GatehouseProcess.start(
                folder.resolve("state"),
                List.of(),
                "up",
                "--listen",
                "127.0.0.1:0",
                "--policies",
                policies.toString(),
                "--alerts-file",
                alerts.toString())) {
            up.awaitLine("ready after");
            var started = run(
                    "podman",
                    "--runtime",
                    "runc",
                    "run",
                    "--detach",
                    "--name",
                    NAME,
                    "--network=none",
                    "--ulimit",
                    "nofile=1024:1024",
                    "--ulimit",
                    "nproc=1024:1024", // for a root without CAP_SYS_RESOURCE
                    "--volume",
                    NAME + ":/data",
                    "localhost/demo:1",
                    "sleep",
                    "3600");
            assertEquals(0, started.exit(), started.said());

            assertEquals(
                    "it ran", inside("/bin/busybox-unlisted echo it ran").said().strip());
            assertEquals(0, inside("echo x > /etc/motd").exit());

            Files.writeString(policy, Files.readString(policy).replace("mode: audit", "mode: enforce"));
            up.awaitLine("demo: enforce");

            assertStopped(inside("/bin/busybox-unlisted echo it ran; echo status $?"));
            assertStopped(inside("echo x > /etc/issue; echo status $?"));
            assertEquals(
                    "kept", inside("echo kept > /data/f && cat /data/f").said().strip());

            // Whatever runtime set-up writes, a container starts under an enforced policy.
            run("podman", "rm", "--force", "--time", "0", NAME);
            var again = run(
                    "podman",
                    "--runtime",
                    "runc",
                    "run",
                    "--name",
                    NAME,
                    "--network=none",
                    "--ulimit",
                    "nofile=1024:1024",
                    "--ulimit",
                    "nproc=1024:1024",
                    "--volume",
                    NAME + ":/data",
                    "localhost/demo:1",
                    "cat",
                    "/data/f");
            assertEquals("kept", again.said().strip());
            up.end();
        }
        var told = Files.readString(alerts);
        for (var part : List.of(
                "\"policy\":{\"name\":\"demo\"}",
                "\"rule\":\"processes.allow\"",
                "\"rule\":\"writes.rootFilesystem\"",
                "\"mode\":\"audit\"",
                "\"mode\":\"enforce\"",
                "localhost/demo:1",
                NAME)) {
            assertTrue(told.contains(part), part + " is not in\n" + told);
        }
    }

    /// Refused with EPERM, or killed: the guarantee differs by kernel, that it does not happen does not.
    private static void assertStopped(Ran ran) {
        assertTrue(
                ran.exit() == 137
                        || ran.said().contains("status 137")
                        || ran.said().contains("Operation not permitted"),
                ran.toString());
    }

    private static Ran inside(String script) throws IOException, InterruptedException {
        return run("podman", "exec", NAME, "sh", "-c", script);
    }

    private static Ran run(String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(new ArrayList<>(List.of(words)))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> String.join(" ", words) + " does not end");
        return new Ran(process.exitValue(), said);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }
}
