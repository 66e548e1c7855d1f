// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Wrong data is a gap or a reason, never an exception, and never somebody else's data.
final class HostileInputTest {
    private static final String A = "a".repeat(64);
    private static final String STATE = "/run/docker/runtime-runc/moby/" + A + "/state.json";
    private static final long PID = 4711;

    @TempDir
    Path folder;

    private NodeTree node;

    @BeforeEach
    void a_docker_container() {
        node = new NodeTree(folder.resolve("node")).pureCgroup2().process(PID, "0::/docker/" + A);
    }

    private Container known() {
        return assertInstanceOf(Finding.Known.class, node.finder().find(PID)).container();
    }

    private void assertOneGap(String part) {
        var gaps = known().gaps();
        assertTrue(gaps.stream().anyMatch(gap -> gap.contains(part)), () -> part + " in " + gaps);
        assertEquals(A, known().id());
        assertEquals(ContainerRuntime.DOCKER, known().runtime());
        assertEquals(Optional.empty(), known().name());
        assertEquals(A.substring(0, 12), known().shownName());
    }

    @Test
    void without_any_bundle_a_container_is_still_one() {
        assertOneGap("no state and no bundle");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\": ", "not json", "\u0000\u0001", "{} trailing {"})
    void invalid_json_is_a_gap(String text) {
        node.file(STATE, text);
        assertOneGap("not JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "\"text\"",
                "{}",
                "{\"init_process_pid\": \"1\", \"config\": [], \"cgroup_paths\": 7}",
                "{\"init_process_pid\": 99999999999999999999, \"cgroup_paths\": {\"\": null, \"memory\": {}}}",
                "{\"config\": {\"mounts\": [1, null, {}, {\"destination\": 7}], \"labels\": [\"=\", 1, \"x\"], \"rootfs\": \"a\\u0000b\"}}",
                "{\"config\": {\"mounts\": {\"a\": 1}, \"labels\": \"x\"}, \"init_process_pid\": -5}"
            })
    void values_of_wrong_types_are_absent_values(String text) {
        node.file(STATE, text).file("/var/lib/docker/containers/" + A + "/config.v2.json", text);
        assertEquals(A, known().id());
        assertTrue(known().mounts().isEmpty());
        assertTrue(known().initPid().isEmpty());
        assertTrue(known().rootfs().isEmpty());
    }

    @Test
    void json_nested_without_end_is_a_gap() {
        node.file(STATE, "[".repeat(100_000));
        assertOneGap("not JSON");
    }

    @Test
    void a_file_above_the_limit_is_a_gap_and_one_at_the_limit_is_not() throws IOException {
        node.file(STATE, "{}");
        try (var file = new RandomAccessFile(node.at(STATE).toFile(), "rw")) {
            file.setLength(NodeFiles.MAX_FILE_BYTES + 1L);
        }
        assertOneGap("larger than");

        var padded = "{}" + " ".repeat(NodeFiles.MAX_FILE_BYTES - 2);
        node.file(STATE, padded);
        assertEquals(java.util.List.of(), known().gaps());
    }

    @Test
    void a_pipe_in_a_files_place_is_not_opened() throws Exception {
        Files.createDirectories(node.at(STATE).getParent());
        var made =
                new ProcessBuilder("mkfifo", node.at(STATE).toString()).start().waitFor();
        assumeTrue(made == 0, "mkfifo is not there");
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertOneGap("not a regular file"));
    }

    @Test
    void a_directory_in_a_files_place_is_a_gap() {
        node.dir(STATE);
        assertOneGap("not a regular file");
    }

    @Test
    void links_stay_inside_the_nodes_root() throws IOException {
        // Outside of the root lies a file that would be believed. An absolute link means the node's own path.
        var outside = folder.resolve("outside");
        Files.createDirectories(outside);
        var lie = "{\"Name\": \"/lie\", \"Config\": {\"Image\": \"lie:1\"}}";
        Files.writeString(outside.resolve("config.v2.json"), lie);
        var config = "/var/lib/docker/containers/" + A;
        node.link(config, outside.toString());
        assertEquals(Optional.empty(), known().name());

        Files.delete(node.at(config));
        node.link(config, "../".repeat(30) + outside.toString().substring(1));
        assertEquals(Optional.empty(), known().name());

        Files.delete(node.at(config));
        node.link(config, "/mnt/truth").file("/mnt/truth/config.v2.json", lie.replace("lie", "truth"));
        assertEquals(Optional.of("truth"), known().name());
    }

    @Test
    void links_in_a_circle_end() {
        node.link("/var/lib/docker", "/var/lib/docker2").link("/var/lib/docker2", "/var/lib/docker");
        assertEquals(Optional.empty(), known().name());
    }

    @Test
    void a_bundle_label_that_leads_nowhere_does_no_harm() {
        for (var bundle :
                new String[] {"relative", "/../../etc", "/a\u0000b", "/", "", "/x/y-containers/../userdata"}) {
            node.file(STATE, "{\"config\": {\"labels\": [\"bundle=" + bundle.replace("\u0000", "\\u0000") + "\"]}}");
            assertEquals(A, known().id());
        }
    }

    @Test
    void a_process_that_is_gone_is_said_to_be() {
        for (var pid : new long[] {99, 0, -1, Long.MAX_VALUE}) {
            var finding =
                    assertInstanceOf(Finding.Unrecognised.class, node.finder().find(pid));
            assertEquals("process " + pid + " is gone", finding.reason());
        }
    }

    @Test
    void a_cgroup_file_without_a_cgroup_is_said_to_be() {
        node.file("/proc/5/cgroup", "what\n\n:");
        var finding = assertInstanceOf(Finding.Unrecognised.class, node.finder().find(5));
        assertEquals("/proc/5/cgroup: names no cgroup", finding.reason());
    }

    @Test
    void an_empty_root_has_no_containers() {
        var finder = new ContainerFinder(folder.resolve("nothing"));
        assertTrue(finder.running().isEmpty());
        assertInstanceOf(Finding.Unrecognised.class, finder.find(1));
    }

    @Test
    void random_cgroup_files_and_states_never_throw() {
        var seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var parts = new String[] {
            "0::",
            "4:memory:",
            "/",
            "..",
            "docker",
            A,
            "docker-" + A + ".scope",
            "\n",
            ":",
            "\u0000",
            "\uFFFD",
            "crio-",
            "kubepods",
            "pod",
            "libpod-",
            "-",
            "x".repeat(300),
            "{",
            "}",
            "\"",
            "\"config\":",
            "[",
            "]",
            "1",
            ","
        };
        Assertions.assertDoesNotThrow(
                () -> {
                    for (var round = 0; round < 300; round++) {
                        node.file("/proc/7/cgroup", "0::/docker/" + A + "\n" + text(random, parts));
                        node.file("/proc/8/cgroup", text(random, parts));
                        node.file(STATE, text(random, parts));
                        var finder = node.finder();
                        finder.find(7);
                        finder.find(8);
                        finder.running();
                    }
                },
                () -> "seed " + seed);
    }

    private static String text(Random random, String[] parts) {
        var text = new StringBuilder();
        for (var length = random.nextInt(24); length > 0; length--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }
}
