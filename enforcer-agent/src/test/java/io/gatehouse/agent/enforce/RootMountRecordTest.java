// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.RootMountRecord.Undone;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.kernel.MountNamespace;
import io.gatehouse.agent.kernel.MountStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one agent noted of a root mount is undone by another only where it is the same mount of the same process.
@Tag("kernel")
class RootMountRecordTest {
    @TempDir
    Path tmp;

    @Test
    void a_note_comes_back_as_it_was_written() {
        var record = new RootMountRecord(17, 123456789012L, 4026532331L, 2147483999L, "an id.with blanks");
        assertEquals(Optional.of(record), RootMountRecord.parse(record.text()));
        for (var other : List.of("", "17", "17 1 2 3", "a 1 2 3 id")) {
            assertEquals(Optional.empty(), RootMountRecord.parse(other));
        }
    }

    @Test
    void a_number_that_means_another_process_or_mount_by_now_undoes_nothing() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        try (var container = RuncContainer.create(tmp, Options.defaults());
                var mounts = MountNamespace.of(Long.toString(container.pid())).orElseThrow();
                var root = mounts.root()) {
            container.start();
            mounts.readOnly(root, true);
            int pid = (int) container.pid();
            long start = RootMountRecord.startTicks(pid);
            long mount = MountStatus.of(root).orElseThrow().lasting();

            assertEquals(
                    Undone.GONE, record(pid, start + 1, mounts.number(), mount).undo());
            assertEquals(
                    Undone.NOT_FOUND,
                    record(pid, start, mounts.number() + 1, mount).undo());
            assertEquals(
                    Undone.NOT_FOUND,
                    record(pid, start, mounts.number(), mount + 1).undo());
            assertTrue(MountStatus.of(root).orElseThrow().readOnly());
            assertNotEquals(0, container.exec("touch", "/refused").exit());

            assertEquals(
                    Undone.WRITABLE_AGAIN,
                    record(pid, start, mounts.number(), mount).undo());
            assertEquals(0, container.exec("touch", "/writable").exit());
        }
    }

    private static RootMountRecord record(int pid, long start, long namespace, long mount) {
        return new RootMountRecord(pid, start, namespace, mount, "id");
    }
}
