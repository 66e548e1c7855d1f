// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the generator does to the machine: its actions as they are meant, and nothing else.
@Tag("host")
class StageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /// Every file system of files read-only but for the folder given, and a `/run` of its own: whoever writes elsewhere
    /// fails.
    private static final String NOTHING_WRITABLE = """
            set -e
            mount --make-rprivate /
            mount --bind "$1" "$1"
            while read -r _ at kind _; do
                case $at in "$1" | /proc* | /sys* | /dev*) continue ;; esac
                case $kind in ext? | xfs | btrfs | overlay | tmpfs) mount -o remount,bind,ro "$at" ;; esac
            done < /proc/self/mounts
            if touch /etc/gatehouse-test 2> /dev/null; then rm /etc/gatehouse-test; exit 97; fi
            mount -t tmpfs tmpfs /run
            shift
            exec "$@"
            """;

    @TempDir
    Path folder;

    private Path temporary;

    @BeforeEach
    void usable() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "making containers needs root");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/runc")) || Files.isExecutable(Path.of("/usr/bin/runc")),
                "no runc");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no busybox-static");
        assumeTrue(Stage.class.getResource("acts") != null, "the acts program was not built");
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @Test
    void every_action_goes_as_meant_and_writes_nothing_of_the_host() throws Exception {
        var printed = folder.resolve("printed");
        var command = new ArrayList<>(
                List.of("unshare", "--mount", "/bin/sh", "-c", NOTHING_WRITABLE, "sh", temporary.toString()));
        command.addAll(generate("--json"));
        var process = start(command, printed);
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it goes on");
        assertEquals(0, process.exitValue(), Files.readString(printed));
        var told = JsonReader.read("printed", Files.readAllBytes(printed), JsonReader.Limits.DEFAULT);
        var actions = (Node.Sequence)
                ((Node.Mapping) told.documents().getFirst()).get("actions").orElseThrow();
        int done = 0;
        for (var item : actions.items()) {
            var action = (Node.Mapping) item;
            var outcome = ((Node.Text) action.get("outcome").orElseThrow()).value();
            assertTrue(List.of("done", "not done").contains(outcome), action::toString);
            done += outcome.equals("done") ? 1 : 0;
        }
        assertEquals(ActionTable.current().size(), actions.items().size());
        // Four at most need something that not every machine has, and three cannot be done anywhere.
        assertTrue(done >= actions.items().size() - 7, () -> "few were done: " + told);
        assertEquals(List.of(), left());
    }

    @Test
    void a_generator_that_is_killed_leaves_nothing() throws Exception {
        var process = start(generate("--rule", "Read sensitive file trusted*"), folder.resolve("printed"));
        try {
            var ids = awaitContainer(process);
            process.destroyForcibly().waitFor();
            await(() -> left().isEmpty(), () -> "left: " + left());
            for (var id : ids) {
                assertFalse(Files.exists(Path.of("/run/runc", id)), id);
                await(() -> cgroups(id).isEmpty(), () -> "left: " + cgroups(id));
            }
            var mounts = Files.readString(Path.of("/proc/self/mounts"));
            assertFalse(mounts.contains(temporary.toString()), mounts);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_stage_that_cannot_be_made_leaves_nothing() throws Exception {
        // By then the mounts were made.
        var broken = Files.createDirectory(folder.resolve("broken"));
        var runc = Files.writeString(broken.resolve("runc"), "#!/bin/sh\necho no room; exit 9\n");
        Files.setPosixFilePermissions(runc, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command = new ArrayList<>(List.of("env", "PATH=" + broken + ":" + System.getenv("PATH")));
        command.addAll(generate("--rule", "Read sensitive file untrusted"));
        var printed = folder.resolve("printed");
        var process = start(command, printed);
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it goes on");
        assertEquals(3, process.exitValue(), Files.readString(printed));
        assertTrue(Files.readString(printed).contains("ended with 9: no room"), Files.readString(printed));
        assertEquals(List.of(), left());
    }

    private List<String> generate(String... options) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                "io.gatehouse.cli.Gatehouse",
                "generate"));
        command.addAll(List.of(options));
        return command;
    }

    private static Process start(List<String> command, Path printed) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
    }

    /// Waits until runc holds a container of the stage, and tells the ids.
    private List<String> awaitContainer(Process process) throws Exception {
        var found = new ArrayList<String>();
        await(
                () -> {
                    assertTrue(process.isAlive(), "it ended early");
                    found.clear();
                    for (var stage : left()) {
                        var ids = temporary.resolve(stage).resolve("ids");
                        if (Files.isDirectory(ids)) {
                            try (var names = Files.list(ids)) {
                                names.forEach(id -> found.add(id.getFileName().toString()));
                            }
                        }
                    }
                    return !found.isEmpty() && Files.exists(Path.of("/run/runc", found.getFirst()));
                },
                () -> "no container was made");
        return found;
    }

    private List<String> left() throws IOException {
        try (var names = Files.list(temporary)) {
            return names.map(name -> name.getFileName().toString()).toList();
        }
    }

    private static List<Path> cgroups(String id) throws IOException {
        try (var hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            var all = new ArrayList<>(
                    hierarchies.map(hierarchy -> hierarchy.resolve(id)).toList());
            all.add(Path.of("/sys/fs/cgroup", id));
            return all.stream().filter(Files::exists).toList();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private interface Text {
        String text() throws Exception;
    }

    private static void await(Condition condition, Text otherwise) throws Exception {
        var deadline = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertTrue(Instant.now().isBefore(deadline), otherwise.text());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
