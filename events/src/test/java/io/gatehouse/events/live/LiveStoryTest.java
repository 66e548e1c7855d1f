// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import io.gatehouse.events.state.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Records as the kernel tells them, made events and followed: both halves of the package at once.
final class LiveStoryTest {
    private static final long BOOTED = 1_700_000_000_000_000_000L;
    private static final int REGULAR = 0x8000;
    private static final int DEVICE = 8 << 20 | 1;

    private final LiveEvents events = new LiveEvents(BOOTED);
    private final LiveState live = new LiveState(new State(Limits.DEFAULT));
    private final Event event = new Event();
    private long number;

    private Scene of(Records records) {
        var record = records.record();
        assertTrue(events.fill(record, event, ++number));
        return live.apply(record, event);
    }

    private Task task(long tid) {
        return live.state().machine().task(tid);
    }

    private static Records bash(Records records) {
        return records.by(40, 1, "bash").started(5_000, 5_000, 50);
    }

    private void runBash() {
        of(bash(Records.exec())
                .program("/usr/bin/bash", 77, 0, false, 1, 2)
                .asked("/bin/bash")
                .words("bash", "-l")
                .environment("HOME=/root", "X=y"));
    }

    @Test
    void a_shell_runs_a_program_that_opens_a_file_and_ends() {
        runBash();
        var born = of(
                Records.fork(0).by(41, 40, "bash").started(6_000, 6_000, 5_000).at(6_000));
        assertEquals("bash", born.task().comm());
        assertEquals("/usr/bin/bash", born.task().program().path());
        assertEquals(List.of("-l"), List.of(born.task().program().args()));
        assertEquals("y", born.task().program().variable("X"));
        assertSame(task(40), born.task().parent());

        var runs = of(Records.exec()
                .by(41, 40, "cat")
                .started(6_000, 6_000, 5_000)
                .program("/usr/bin/cat", 78, Records.UPPER, true, 1, 2)
                .asked("/bin/cat")
                .words("cat", "shadow")
                .environment("HOME=/root"));
        assertEquals("cat", runs.task().comm());
        assertEquals("cat shadow", runs.task().program().cmdline());
        assertEquals("/usr/bin/cat", runs.task().program().path());
        assertTrue(runs.task().program().file().upperLayer());
        assertEquals("bash", runs.task().parent().comm());
        assertEquals(BOOTED + 6_000, runs.task().cloneNanos());

        var opened = of(Records.call("openat")
                .by(41, 40, "cat")
                .started(6_000, 6_000, 5_000)
                .args(-100, 1, 0, 0, 0, 0)
                .text(1, "shadow")
                .cwd("/etc")
                .result(3)
                .file(LiveRecord.RESULT, 3, "/etc/shadow", REGULAR | 0640, DEVICE, 99, 0));
        assertEquals("/etc/shadow", opened.descriptor().name());
        assertEquals(99, opened.descriptor().inode());
        assertNull(opened.resolvedName());

        of(Records.exit(0).by(41, 40, "cat").started(6_000, 6_000, 5_000));
        of(bash(Records.call("getpid")));
        assertNull(task(41));
    }

    @Test
    void a_thread_is_one_of_its_process() {
        runBash();
        var born = of(Records.fork(0x50f00).by(42, 40, 1, "bash").started(7_000, 5_000, 50));
        assertEquals(40, born.task().pid());
        assertEquals(2, born.task().threads());
        assertSame(task(40).program(), born.task().program());
    }

    @Test
    void a_link_does_not_hide_what_was_opened() {
        runBash();
        var opened = of(bash(Records.call("openat"))
                .args(-100, 1, 0, 0, 0, 0)
                .text(1, "/tmp/link")
                .result(3)
                .file(LiveRecord.RESULT, 3, "/etc/shadow", REGULAR, DEVICE, 99, 0));
        assertEquals("/tmp/link", opened.descriptor().name());
        assertEquals("/etc/shadow", opened.resolvedName());
    }

    @Test
    void a_connection_has_its_ends_from_the_socket() {
        runBash();
        var ends = Records.address(10, 0, 0, 2, 443);
        var made = bash(Records.call("connect"))
                .args(6, 1, 16, 0, 0, 0)
                .data(1, ends)
                .result(0);
        var local = new byte[] {10, 0, 0, 1};
        var remote = new byte[] {10, 0, 0, 2};
        var scene = of(made.internet(0, 6, 1, 6, local, 40_000, remote, 443));
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertTrue(scene.descriptor().isClient());
    }
}
