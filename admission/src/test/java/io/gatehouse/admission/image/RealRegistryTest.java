// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.OciLayout;
import io.gatehouse.admission.image.source.Platform;
import io.gatehouse.admission.image.source.Registry;
import io.gatehouse.admission.image.source.RegistryOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tools that others use to make, pack and serve images. Each is skipped where it is not installed.
class RealRegistryTest {
    private static final Inspector INSPECTOR =
            new Inspector(Limits.DEFAULT, List.of(Platform.parse("linux/amd64").orElseThrow()));

    @TempDir
    private Path folder;

    @Test
    void a_real_registry_serves_what_was_pushed_to_it() throws Exception {
        needs("docker-registry", "skopeo");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var config = Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: 127.0.0.1:%d}
                """.formatted(folder.resolve("store"), port));
        var server = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        try (var registry = new Registry(
                new RegistryOptions(
                        List.of(),
                        List.of(),
                        Set.of("127.0.0.1:" + port),
                        Map.of(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10)),
                Limits.DEFAULT)) {
            await(port, server);
            var layout = ImageBuilder.layout(
                    folder.resolve("layout"), Map.of("clean", clean().build(), "debug", debug().build()));
            for (var compression : List.of("gzip", "zstd")) {
                for (var format : compression.equals("zstd") ? List.of("oci") : List.of("oci", "v2s2")) {
                    var tag = format + "-" + compression;
                    for (var name : List.of("clean", "debug")) {
                        run(
                                "skopeo",
                                "--insecure-policy",
                                "copy",
                                "--dest-tls-verify=false",
                                "--format",
                                format,
                                "--dest-compress-format",
                                compression,
                                "oci:" + layout + ":" + name,
                                "docker://127.0.0.1:" + port + "/" + name + ":" + tag);
                        var reference = ImageReference.parse("127.0.0.1:" + port + "/" + name + ":" + tag)
                                .orElseThrow();
                        var verdict = INSPECTOR.inspect(registry, reference, registry.resolve(reference));
                        assertEquals(name.equals("clean"), verdict.distroless(), name + " as " + tag);
                    }
                }
            }
        } finally {
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /// The whiteouts and the compression of somebody else's tool.
    @Test
    void umoci_takes_a_shell_away_and_it_is_gone() throws Exception {
        needs("umoci");
        var layout = ImageBuilder.layout(folder.resolve("layout"), Map.of("debug", debug().build()));
        var image = layout + ":debug";
        var bundle = folder.resolve("bundle");
        run("umoci", "unpack", "--rootless", "--image", image, bundle.toString());
        Files.delete(bundle.resolve("rootfs/busybox/sh"));
        Files.delete(bundle.resolve("rootfs/busybox/busybox"));
        run("umoci", "repack", "--image", layout + ":stripped", bundle.toString());
        assertTrue(inspect(layout, "stripped").distroless());
        Files.createDirectories(bundle.resolve("rootfs/opt"));
        Files.write(bundle.resolve("rootfs/opt/tool"), ImageBuilder.shell());
        run("umoci", "repack", "--refresh-bundle", "--image", layout + ":added", bundle.toString());
        var added = inspect(layout, "added");
        assertEquals(
                "shell /opt/tool",
                added.evidence().stream()
                        .map(e -> e.kind().words() + " " + e.path())
                        .collect(Collectors.joining(", ")));
    }

    @Test
    void a_real_busybox_under_another_name_is_found() throws Exception {
        var busybox = Path.of("/bin/busybox");
        assumeTrue(Files.isExecutable(busybox), "no busybox here");
        var layout = ImageBuilder.layout(
                folder.resolve("layout"),
                Map.of(
                        "x",
                        new ImageBuilder()
                                .layer(new Tar().file("usr/lib/helper", 0755, Files.readAllBytes(busybox)))
                                .build()));
        assertEquals(
                List.of(Evidence.Kind.MULTI_CALL),
                inspect(layout, "x").evidence().stream().map(Evidence::kind).toList());
    }

    @Test
    void a_real_shell_under_another_name_is_found() throws Exception {
        for (var shell : List.of("/bin/bash", "/bin/dash")) {
            assumeTrue(Files.isExecutable(Path.of(shell)), "no " + shell + " here");
            var layout = ImageBuilder.layout(
                    folder.resolve(shell.substring(5)),
                    Map.of(
                            "x",
                            new ImageBuilder()
                                    .layer(new Tar().file("app/server", 0755, Files.readAllBytes(Path.of(shell))))
                                    .build()));
            assertEquals(
                    List.of(Evidence.Kind.SHELL),
                    inspect(layout, "x").evidence().stream().map(Evidence::kind).toList(),
                    shell);
        }
    }

    private static ImageBuilder clean() {
        return new ImageBuilder()
                .layer(new Tar().directory("etc").file("etc/passwd", 0644, "root:x:0:0::/:\n"))
                .layer(new Tar().file("app", 0755, ImageBuilder.elf()));
    }

    private static ImageBuilder debug() {
        return clean().layer(new Tar()
                .directory("busybox")
                .file("busybox/busybox", 0755, ImageBuilder.multiCall())
                .link("busybox/sh", "busybox"));
    }

    private static ImageVerdict inspect(Path folder, String name) throws IOException {
        try (var layout = OciLayout.open(folder, Limits.DEFAULT)) {
            return INSPECTOR.inspect(layout, OciLayout.anyReference(), layout.find(name));
        }
    }

    private static void needs(String... tools) {
        for (var tool : tools) {
            boolean there = List.of(System.getenv("PATH").split(":")).stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
            assumeTrue(there, tool + " is not installed");
        }
    }

    private void await(int port, Process server) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException _) {
                assertTrue(
                        server.isAlive() && System.nanoTime() < deadline,
                        Files.readString(folder.resolve("registry.log")));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private static void run(String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(new ArrayList<>(List.of(words)))
                .redirectErrorStream(true)
                .start();
        var told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), String.join(" ", words) + "\n" + told);
        assertFalse(process.isAlive());
    }
}
