// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class BirthsTest {
    private final Watched host = new Watched().withProcess(1, 0, "init").withProcess(10, 1, "sh");

    @Test
    void the_parents_side_enters_the_child() {
        var scene = host.cloneAsParent(10, 11, 0);
        var child = host.task(11);
        assertSame(host.task(10), scene.task());
        assertEquals(11, child.pid());
        assertEquals(10, child.ptid());
        assertEquals(1000, child.uid());
        assertEquals("/home/", child.cwd());
        assertEquals("sh -c x", child.program().cmdline());
        assertSame(host.task(10), child.parent());
    }

    @Test
    void the_childs_side_after_the_parents_changes_nothing() {
        host.cloneAsParent(10, 11, 0);
        var entered = host.task(11);
        host.cloneAsChild(11, 11, 10, 0, 11, 11);
        assertSame(entered, host.task(11));
    }

    @Test
    void the_parents_side_after_the_childs_changes_nothing() {
        host.cloneAsChild(11, 11, 10, 0, 11, 11);
        var entered = host.task(11);
        host.cloneAsParent(10, 11, 0);
        assertSame(entered, host.task(11));
    }

    @Test
    void in_a_pid_namespace_only_the_child_enters_itself() {
        host.cloneAsParent(10, 2, Task.CHILD_IN_PID_NAMESPACE);
        assertNull(host.task(2));
        host.cloneAsChild(12, 12, 10, Task.CHILD_IN_PID_NAMESPACE, 2, 2);
        assertEquals(2, host.task(12).vpid());
    }

    @Test
    void a_thread_shares_descriptors_and_directory_of_its_process() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        host.cloneAsParent(10, 13, Task.CLONE_THREAD);
        var thread = host.task(13);
        assertFalse(thread.isMainThread());
        assertSame(host.task(10), thread.mainThread());
        assertEquals(1, thread.ptid(), "a thread's parent is that of its process");
        assertEquals("/etc/passwd", thread.descriptor(3).name());
        host.exit("open", 13, 4, "/etc/shadow", 1, 0, 0, 0);
        assertEquals("/etc/shadow", host.task(10).descriptor(4).name());
        assertEquals(2, thread.threads());
        assertEquals(1, thread.otherThreads());
    }

    @Test
    void a_process_has_its_own_descriptors_after_the_clone() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        host.cloneAsParent(10, 11, 0);
        host.exit("close", 10, 0, 3);
        host.exit("getuid", 10, 0);
        assertNull(host.task(10).descriptor(3));
        assertEquals("/etc/passwd", host.task(11).descriptor(3).name());
    }

    @Test
    void what_a_child_does_to_an_inherited_socket_its_parent_does_not_see() {
        host.exit("socket", 10, 3, 2, 1, 0, 0);
        host.cloneAsParent(10, 11, 0);
        host.exit("bind", 11, 0, Watched.ipv4(0, 0, 0, 0, 80), 3);
        assertEquals(DescriptorKind.IPV4_SERVER, host.task(11).descriptor(3).kind());
        assertEquals(DescriptorKind.IPV4_SOCKET, host.task(10).descriptor(3).kind());
        assertNotSame(host.task(10).descriptor(3), host.task(11).descriptor(3));
    }

    @Test
    void parent_and_child_hold_the_same_program_until_an_exec() {
        host.cloneAsParent(10, 11, 0);
        assertSame(host.task(10).program(), host.task(11).program());
    }

    @Test
    void a_child_that_ended_before_its_parent_returned_is_not_entered_again() {
        host.cloneAsChild(11, 11, 10, 0, 11, 11);
        host.end(11);
        host.cloneAsParent(10, 11, 0);
        assertNull(host.task(11));
    }

    @Test
    void an_old_entry_under_the_childs_id_gives_way() {
        host.cloneAsParent(10, 11, 0);
        host.execve(11, 10, "/bin/old", "");
        host.passTime(3_000_000_000L);
        host.cloneAsChild(11, 11, 10, 0, 11, 11);
        assertEquals("sh", host.task(11).comm());
    }

    @Test
    void a_failed_clone_changes_nothing() {
        var scene = host.cloneAsParent(10, -11, 0);
        assertEquals(11, scene.error());
        assertEquals(2, host.machine().taskCount());
    }

    @Test
    void a_parent_nobody_knew_is_known_from_its_clone() {
        host.exit("clone", 50, 51, "/bin/x", "", 50, 50, 1, "", 1024, 0, 0, 0, 0, 0, "x", "", 0, 0, 0, 50, 50, 0);
        assertEquals("x", host.task(50).comm());
        assertEquals(1, host.task(50).ptid());
        assertNotNull(host.task(51));
    }
}
