// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ExecsTest {
    private static final int CLOEXEC = 1 << 12;

    private final Watched host = new Watched().withProcess(1, 0, "init").withProcess(10, 1, "sh");

    @Test
    void after_an_exec_the_task_is_the_new_program() {
        var scene = host.execve(10, 1, "/usr/bin/curl", "-s\0http://x\0");
        var task = scene.task();
        assertEquals("curl", task.comm());
        assertEquals("/usr/bin/curl", task.program().path());
        assertEquals("curl -s http://x", task.program().cmdline());
        assertArrayEquals(new String[] {"-s", "http://x"}, task.program().args());
        assertEquals("2", task.program().variable("B"), "blanks around a value are left out");
        assertNull(task.program().variable("C"));
        assertEquals(34816, task.tty());
        assertEquals(1000, task.uid());
        assertEquals(4, task.effectiveCapabilities());
        assertEquals(99, task.program().file().inode());
        assertTrue(task.program().file().writable());
        assertTrue(task.program().file().upperLayer());
    }

    @Test
    void who_it_was_before_can_be_asked() {
        var scene = host.execve(10, 1, "/usr/bin/curl", "");
        assertTrue(scene.before().differs());
        assertEquals("sh -c x", scene.before().program().cmdline());
        assertEquals(0, scene.before().uid());
    }

    @Test
    void a_failed_exec_changes_nothing() {
        host.exit("execve", 10, -2, "/bin/x", "", 10, 10, 1);
        assertEquals("sh", host.task(10).comm());
    }

    @Test
    void descriptors_that_close_on_exec_are_closed() {
        host.exit("open", 10, 3, "/a", CLOEXEC, 0, 0, 0);
        host.exit("open", 10, 4, "/b", 1, 0, 0, 0);
        host.execve(10, 1, "/bin/x", "");
        assertNull(host.task(10).descriptor(3));
        assertNotNull(host.task(10).descriptor(4));
    }

    @Test
    void other_threads_of_the_process_end() {
        host.withThread(11, 10, 1, "sh").withThread(12, 10, 1, "sh");
        host.execve(10, 1, "/bin/x", "");
        assertNull(host.task(11));
        assertNull(host.task(12));
        assertEquals(1, host.task(10).threads());
    }

    @Test
    void a_main_thread_that_had_ended_lives_again() {
        host.withThread(11, 10, 1, "sh");
        host.end(10);
        host.execve(10, 1, "/bin/x", "");
        assertEquals(1, host.task(10).threads());
        assertNull(host.task(11));
    }

    @Test
    void old_recordings_tell_the_path_at_the_start_of_the_call() {
        host.enter("execve", 10, "../bin/tool");
        host.exit("execve", 10, 0, "tool", "", 10, 10, 1, "", 1024, 0, 0, 0, 0, 0, "tool");
        assertEquals("/bin/tool", host.task(10).program().path());
    }

    @Test
    void execveat_of_a_descriptor_runs_the_file_it_leads_to() {
        host.exit("open", 10, 3, "/opt/tool", 1, 0, 0, 0);
        host.enter("execveat", 10, 3, "<NA>", 1);
        host.exit("execve", 10, 0, "tool", "", 10, 10, 1, "", 1024, 0, 0, 0, 0, 0, "tool");
        assertEquals("/opt/tool", host.task(10).program().path());
    }

    @Test
    void a_task_nobody_knew_is_known_from_its_exec() {
        host.execve(50, 10, "/bin/x", "");
        assertEquals("sh", host.task(50).parent().comm());
        assertEquals(50, host.task(50).vpid());
    }
}
