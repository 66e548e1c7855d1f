// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Mount;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same questions to real runtimes on this host.
@Tag("host")
final class HostContainersTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    @TempDir
    Path folder;

    private final ContainerFinder finder = new ContainerFinder(Path.of("/"));

    private Container known(long pid) {
        return assertInstanceOf(Finding.Known.class, finder.find(pid)).container();
    }

    @Test
    void runc_with_its_default_cgroup() throws IOException {
        RuncContainer.assumeUsable();
        var volume = Files.createDirectory(folder.resolve("volume"));
        try (var real =
                RuncContainer.create(folder, Options.defaults().withMounts(Mount.bind(volume, "/volume", "ro")))) {
            var created = known(real.pid());
            assertEquals(real.id(), created.id(), "known before its first instruction");

            real.start();
            var container = known(real.pid());
            assertEquals(Optional.of(real.id()), container.name());
            assertEquals(ContainerRuntime.RUNC, container.runtime());
            assertEquals(OptionalLong.of(real.pid()), container.initPid());
            assertEquals(Optional.of(real.rootfs()), container.rootfs());
            assertEquals(Container.Root.WRITABLE, container.root());
            var mount = container.mounts().stream()
                    .filter(m -> m.destination().equals("/volume"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(volume.toString(), mount.source());
            assertEquals("bind", mount.type());
            assertTrue(!mount.writable(), mount::toString);
            assertTrue(container.mounts().stream().anyMatch(m -> m.destination().equals("/data") && m.writable()));
            assertEquals(List.of(), container.gaps());
            assertIsOwnCgroup(container, real.pid());
            assertTrue(finder.running().contains(container));
        }
    }

    @Test
    void runc_with_a_cgroup_path_that_says_nothing_and_one_that_says_kubernetes() throws IOException {
        RuncContainer.assumeUsable();
        try (var real = RuncContainer.create(
                folder,
                Options.defaults()
                        .withCgroupPath(
                                "/gh-any/deep-" + ProcessHandle.current().pid()))) {
            assertEquals(real.id(), known(real.pid()).id());
            assertIsOwnCgroup(known(real.pid()), real.pid());
        }
        var uid = "0b0b7a3c-5d1e-4c55-9d7b-0123456789ab";
        var id = "%064x".formatted(ProcessHandle.current().pid());
        try (var real = RuncContainer.create(
                folder,
                Options.defaults()
                        .withId(id)
                        .withCgroupPath("/kubepods/burstable/pod" + uid + "/" + id)
                        .withAnnotation("io.kubernetes.cri.container-name", "nginx")
                        .withAnnotation("io.kubernetes.cri.image-name", "docker.io/library/nginx:1.27")
                        .withAnnotation("io.kubernetes.cri.sandbox-namespace", "shop")
                        .withAnnotation("io.kubernetes.cri.sandbox-name", "web-0"))) {
            var container = known(real.pid());
            assertEquals(Optional.of("nginx"), container.name());
            assertEquals(Optional.of("docker.io/library/nginx:1.27"), container.image());
            assertEquals(
                    Optional.of(new Container.Pod(
                            Optional.of("shop"), Optional.of("web-0"), Optional.of(uid), Optional.of("nginx"))),
                    container.pod());
        }
    }

    @Test
    void what_runs_in_a_container_is_found_and_what_started_it_is_not() throws IOException {
        RuncContainer.assumeUsable();
        try (var real = RuncContainer.create(folder, Options.defaults().withArgs("sh", "-c", "sleep 3600 & wait"))) {
            real.start();
            var child = assertChild(real.pid());
            assertEquals(known(real.pid()), known(child));
            assertInstanceOf(
                    Finding.Host.class, finder.find(ProcessHandle.current().pid()));
        }
        assertTrue(finder.running().stream()
                .noneMatch(c -> c.shownName()
                        .startsWith("gh-test-" + ProcessHandle.current().pid() + "-")));
    }

    private static long assertChild(long pid) {
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < until) {
            var child = ProcessHandle.of(pid).flatMap(p -> p.children().findFirst());
            if (child.isPresent()) {
                return child.get().pid();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("process " + pid + " has no child");
    }

    /// The directories are those of the process, as the kernel lists them.
    private static void assertIsOwnCgroup(Container container, long pid) throws IOException {
        var directories = new ArrayList<>(container.cgroup().v1().values());
        container.cgroup().unified().ifPresent(directories::add);
        assertTrue(!directories.isEmpty(), () -> "no cgroup directory: " + container.cgroup());
        for (var directory : directories) {
            assertTrue(
                    Files.readAllLines(directory.resolve("cgroup.procs")).contains(Long.toString(pid)),
                    directory::toString);
        }
    }

    @Test
    void podman() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "running containers needs root");
        assumeTrue(Files.isExecutable(BUSYBOX), "busybox-static is not installed");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/podman")) && Files.isExecutable(Path.of("/usr/sbin/runc")),
                "podman or runc is not installed");
        var tag = Long.toString(ProcessHandle.current().pid());
        var image = "localhost/gh-containers-test:" + tag;
        var name = "gh-containers-" + tag;
        var bin = Files.createDirectories(folder.resolve("rootfs/bin"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        Files.createSymbolicLink(bin.resolve("sleep"), Path.of("busybox"));
        var archive = folder.resolve("rootfs.tar").toString();
        run("tar", "-C", folder.resolve("rootfs").toString(), "-cf", archive, ".");
        run("podman", "import", archive, image);
        try {
            // no CAP_SYS_RESOURCE is needed with these limits, no network set-up with this network
            var id = run(
                    "podman",
                    "--runtime",
                    "runc",
                    "run",
                    "--detach",
                    "--name",
                    name,
                    "--network=none",
                    "--ulimit",
                    "nofile=1024:1024",
                    "--ulimit",
                    "nproc=1024:1024",
                    "--read-only",
                    "--volume",
                    folder + ":/volume:ro",
                    image,
                    "/bin/sleep",
                    "3600");
            var pid = Long.parseLong(run("podman", "inspect", "--format", "{{.State.Pid}}", name));
            var monitor = Long.parseLong(run("podman", "inspect", "--format", "{{.State.ConmonPid}}", name));

            var container = known(pid);
            assertEquals(id, container.id());
            assertEquals(Optional.of(name), container.name());
            assertEquals(Optional.of(image), container.image());
            assertEquals(ContainerRuntime.PODMAN, container.runtime());
            assertEquals(Container.Kind.WORKLOAD, container.kind());
            assertEquals(Optional.empty(), container.pod());
            assertEquals(OptionalLong.of(pid), container.initPid());
            assertEquals(Container.Root.READ_ONLY, container.root());
            assertEquals(
                    Optional.of(run("podman", "inspect", "--format", "{{.GraphDriver.Data.MergedDir}}", name)),
                    container.rootfs().map(Path::toString));
            assertTrue(container.mounts().stream()
                    .anyMatch(m -> m.destination().equals("/volume")
                            && m.source().equals(folder.toString())
                            && !m.writable()));
            assertEquals(List.of(), container.gaps());
            assertIsOwnCgroup(container, pid);
            assertTrue(finder.running().contains(container));
            assertInstanceOf(Finding.Host.class, finder.find(monitor), "conmon is the host's");
        } finally {
            run("podman", "rm", "--force", "--time", "0", "--ignore", name);
            run("podman", "rmi", "--force", image);
        }
    }

    private String run(String... command) throws IOException {
        var errors = folder.resolve("stderr").toFile();
        var process = new ProcessBuilder(command).redirectError(errors).start();
        try (var output = process.inputReader()) {
            var text = String.join("\n", output.readAllLines());
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + Files.readString(errors.toPath()));
            }
            return text.strip();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
