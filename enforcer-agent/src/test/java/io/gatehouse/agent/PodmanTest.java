// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.fixture.AgentProcess;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.hook.HookProgram;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Root mounts and hooks as a real podman has them: pods of several containers, overlays that podman made.
@Tag("kernel")
@Tag("full")
class PodmanTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final String TAG = Long.toString(ProcessHandle.current().pid());
    private static final String IMAGE = "localhost/gh-podman-test:" + TAG;
    private static final String POD = "gh-pod-" + TAG;
    private static final String REFUSED = "Read-only file system";

    @TempDir
    Path tmp;

    private record Run(int exit, String said) {}

    @BeforeEach
    void image() throws IOException {
        RunningAgent.assumeUsable();
        assumeTrue("root".equals(System.getProperty("user.name")), "running containers needs root");
        assumeTrue(Files.isExecutable(BUSYBOX), "busybox-static is not installed");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/podman")) && Files.isExecutable(Path.of("/usr/sbin/runc")),
                "podman or runc is not installed");
        var bin = Files.createDirectories(tmp.resolve("rootfs/bin"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        for (var applet : List.of("sh", "sleep", "touch", "cat")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        var archive = tmp.resolve("rootfs.tar").toString();
        must("tar", "-C", tmp.resolve("rootfs").toString(), "-cf", archive, ".");
        must("podman", "import", archive, IMAGE);
    }

    @AfterEach
    void tidyUp() throws IOException {
        run("podman", "pod", "rm", "--force", "--time", "0", "--ignore", POD);
        run("podman", "rm", "--force", "--time", "0", "--ignore", "gh-one-" + TAG, "gh-two-" + TAG, "gh-hooked-" + TAG);
        run("podman", "rmi", "--force", IMAGE);
    }

    @Test
    void of_a_pod_the_container_that_a_policy_is_about_has_a_read_only_root_and_its_neighbour_has_not()
            throws IOException {
        must("podman", "--runtime", "runc", "pod", "create", "--name", POD, "--infra=false");
        try (var agent =
                RunningAgent.start(AgentProcess.readOnlyRoot(Mode.ENFORCE, AgentProcess.named("gh-one-" + TAG)))) {
            start("gh-one-" + TAG, List.of("--pod", POD), "touch /early || echo refused; exec sleep 3600");
            start("gh-two-" + TAG, List.of("--pod", POD), "exec sleep 3600");

            assertEquals("refused", stdout("gh-one-" + TAG), "its first program");
            var refused = run("podman", "--runtime", "runc", "exec", "gh-one-" + TAG, "touch", "/late");
            assertEquals(1, refused.exit(), refused.said());
            assertTrue(refused.said().contains(REFUSED), refused.said());
            must("podman", "--runtime", "runc", "exec", "gh-two-" + TAG, "touch", "/late");
            must("podman", "--runtime", "runc", "exec", "gh-one-" + TAG, "touch", "/dev/shm/volume");
            must("podman", "cp", tmp.resolve("rootfs.tar").toString(), "gh-two-" + TAG + ":/by-podman");
            assertEquals(1, agent.rootMounts().readOnly());
        }
        must("podman", "--runtime", "runc", "exec", "gh-one-" + TAG, "touch", "/after");
    }

    @Test
    void a_hook_in_podmans_folder_has_the_container_governed_before_it_starts() throws IOException {
        var program = tmp.resolve("bin/gatehouse-hook");
        HookProgram.install(program);
        var hooks = Files.createDirectories(tmp.resolve("hooks.d"));
        var socket = tmp.resolve("hook.sock");
        Files.writeString(hooks.resolve("gatehouse.json"), """
                {"version": "1.0.0",
                 "hook": {"path": "%s", "args": ["gatehouse-hook", "--wait", "20", "--socket", "%s", "--require"], "timeout": 23},
                 "when": {"always": true},
                 "stages": ["createRuntime"]}
                """.formatted(program, socket));
        var name = "gh-hooked-" + TAG;
        var refused = podmanRun(name, List.of("--hooks-dir", hooks.toString()), List.of(), "exec sleep 3600");
        assertTrue(refused.exit() != 0, "no agent is there");
        assertTrue(refused.said().contains("no agent of Gatehouse answers"), refused.said());
        run("podman", "rm", "--force", "--time", "0", "--ignore", name);

        try (var agent = RunningAgent.start(AgentProcess.imageOnly(Mode.ENFORCE, AgentProcess.named(name)));
                var _ = agent.hearHooks(socket)) {
            var started = podmanRun(
                    name,
                    List.of("--hooks-dir", hooks.toString()),
                    List.of(),
                    "busybox cp /bin/busybox /dropped; /dropped touch /dev/shm/ran; exec sleep 3600");
            assertEquals(0, started.exit(), started.said());
            var alert = agent.alert("the dropped program", a -> a.message().contains("/dropped"));
            assertEquals(name, alert.container().orElseThrow().name());
            assertEquals(
                    IMAGE, alert.container().orElseThrow().image().orElseThrow(), "known though nothing had run yet");
            assertEquals(
                    1,
                    run("podman", "--runtime", "runc", "exec", name, "cat", "/dev/shm/ran")
                            .exit());
            assertEquals(0, agent.count(KernelCounter.HELD), "it did not wait at the door");
        }
    }

    private void start(String name, List<String> more, String script) throws IOException {
        var run = podmanRun(name, List.of(), more, script);
        assertEquals(0, run.exit(), run.said());
    }

    private Run podmanRun(String name, List<String> global, List<String> more, String script) throws IOException {
        var words = new ArrayList<>(List.of("podman", "--runtime", "runc"));
        words.addAll(global);
        // no CAP_SYS_RESOURCE is needed with these limits, no network set-up with this network
        words.addAll(List.of("run", "--detach", "--name", name, "--network=none"));
        words.addAll(List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"));
        words.addAll(more);
        words.addAll(List.of(IMAGE, "/bin/sh", "-c", script));
        return run(words.toArray(String[]::new));
    }

    private String stdout(String name) throws IOException {
        return must("podman", "logs", name)
                .lines()
                .filter(line -> !line.contains(REFUSED))
                .findFirst()
                .orElse("");
    }

    private String must(String... command) throws IOException {
        var run = run(command);
        assertEquals(0, run.exit(), () -> String.join(" ", command) + ": " + run.said());
        return run.said().strip();
    }

    private Run run(String... command) throws IOException {
        var file = Files.createTempFile(tmp, "said", "");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(file.toFile())
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> String.join(" ", command) + " does not end");
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        return new Run(process.exitValue(), Files.readString(file));
    }
}
