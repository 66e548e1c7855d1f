// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kubernetes.ClusterMemory.Recall;
import io.gatehouse.agent.kubernetes.NodePods.NodePod;
import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterMemoryTest {
    private static final Remembered SOMETHING = new Remembered(
            Instant.parse("2026-11-21T12:00:00Z"),
            "n1",
            List.of(new SourceText("WorkloadPolicy shop/web", "kind: WorkloadPolicy\n# ü \"quoted\"\n")),
            List.of(new NodePod("shop", "web-1", "u-1", Map.of("app", "web"), Set.of("c1", "c2"))),
            Map.of("shop", Map.of("gatehouse.io/mode", "enforce")));

    @TempDir
    private Path folder;

    private Path file;
    private ClusterMemory memory;

    @BeforeEach
    void name() {
        file = folder.resolve("state/cluster");
        memory = new ClusterMemory(file);
    }

    private String broken(String node) {
        return assertInstanceOf(Recall.Broken.class, memory.read(node)).reason();
    }

    @Test
    void what_was_written_is_remembered_and_its_owner_alone_may_read_it() throws IOException {
        assertInstanceOf(Recall.Nothing.class, memory.read("n1"));
        memory.write(SOMETHING);
        assertEquals(new Recall.Got(SOMETHING), memory.read("n1"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        memory.write(SOMETHING);
        try (var left = Files.list(file.getParent())) {
            assertEquals(List.of(file), left.toList(), "nothing is left of writing");
        }
    }

    /// A power cut, a bad disk, somebody's editor.
    @Test
    void every_cut_and_every_changed_byte_is_noticed() throws IOException {
        memory.write(SOMETHING);
        var whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertEquals(
                    "it is cut off, or was changed, or another version wrote it", broken("n1"), "cut to " + length);
        }
        for (int at = 0; at < whole.length; at++) {
            var changed = whole.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            assertInstanceOf(Recall.Broken.class, memory.read("n1"), "changed at " + at);
        }
    }

    @Test
    void what_others_may_write_or_wrote_is_not_believed() throws IOException {
        memory.write(SOMETHING);
        for (var mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rw-----w-")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertEquals("others than its owner may use it", broken("n1"), mode);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        var elsewhere = folder.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertEquals("it is no regular file", broken("n1"));
    }

    @Test
    void a_file_of_somebody_else_is_not_believed() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        memory.write(SOMETHING);
        Files.setAttribute(file, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
        assertEquals("it belongs to somebody else", broken("n1"));
    }

    @Test
    void what_another_node_knew_is_not_believed() throws IOException {
        memory.write(SOMETHING);
        assertTrue(broken("n2").contains("node n1"));
    }
}
