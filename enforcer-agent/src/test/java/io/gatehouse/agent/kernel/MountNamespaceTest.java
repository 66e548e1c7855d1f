// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A thread enters another mount namespace for one call, and leaves no trace of having been there.
@Tag("kernel")
class MountNamespaceTest {
    @TempDir
    Path tmp;

    @Test
    void nothing_of_this_process_is_left_inside() throws IOException {
        RuncContainer.assumeUsable();
        try (var container = RuncContainer.create(tmp, Options.defaults());
                var mounts = MountNamespace.of(Long.toString(container.pid())).orElseThrow()) {
            container.start();
            var before = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
            assertFalse(before.toString().contains("[" + mounts.number() + "]"));
            mounts.root().close();
            long loaded = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();

            try (var root = mounts.root()) {
                assertEquals(loaded, ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount(), "classes");
                var there = MountStatus.of(root).orElseThrow();
                var here = MountStatus.of(OpenedFile.open("/").orElseThrow()).orElseThrow();
                assertFalse(there.lasting() == here.lasting());
                assertFalse(there.readOnly());
                assertTrue(root.openInside("/data").isPresent());
            }
            assertEquals(before, Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")));
            try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
                for (var thread : threads) {
                    assertEquals(before, Files.readSymbolicLink(thread.resolve("ns/mnt")));
                }
            }
        }
    }

    /// The kernel lets nobody change a mount from outside its namespace, so a mistake here cannot reach the host.
    @Test
    void a_mount_of_another_namespace_is_not_changed() throws IOException {
        RuncContainer.assumeUsable();
        try (var container = RuncContainer.create(tmp, Options.defaults());
                var mounts = MountNamespace.of(Long.toString(container.pid())).orElseThrow();
                var ofHost = OpenedFile.open(container.rootfs().toString()).orElseThrow()) {
            container.start();
            assertThrows(KernelException.class, () -> mounts.readOnly(ofHost, true));
            assertFalse(MountStatus.of(ofHost).orElseThrow().readOnly());
        }
    }

    @Test
    void of_a_process_that_is_gone_there_is_none() {
        assertEquals(Optional.empty(), MountNamespace.of("0"));
    }
}
