// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CredentialsTest {
    private static final int NEWUSER = 1 << 20;

    private final Watched host = new Watched().withProcess(1, 0, "init").withProcess(10, 1, "su");

    @Test
    void a_new_user_is_seen_and_the_old_one_can_be_asked() {
        host.enter("useradded", -1, 1000, 1000, "alice", "/home/alice", "/bin/sh", "");
        assertEquals("root", host.task(10).user().name());
        var scene = host.exit("setuid", 10, 0, 1000);
        assertEquals("alice", scene.task().user().name());
        assertEquals(0, scene.before().uid());
        scene = host.exit("setresuid", 10, 0, 5, 6, 7);
        assertEquals(6, scene.task().uid(), "the effective one");
        assertEquals(1000, scene.before().uid());
        scene = host.exit("setregid", 10, 0, 5, 8);
        assertEquals(8, scene.task().gid());
    }

    @Test
    void a_failed_call_changes_nothing() {
        var scene = host.exit("setuid", 10, -1, 1000);
        assertEquals(0, scene.task().uid());
        assertFalse(scene.before().differs());
    }

    @Test
    void a_new_user_namespace_gives_every_capability() {
        var scene = host.exit("unshare", 10, 0, NEWUSER);
        assertEquals((1L << 41) - 1, scene.task().effectiveCapabilities());
        assertEquals(0, scene.before().effectiveCapabilities());
        host.exit("capset", 10, 0, 1, 2, 4);
        assertEquals(2, host.task(10).permittedCapabilities());
        host.exit("setns", 10, 0, 3, NEWUSER);
        assertEquals((1L << 41) - 1, host.task(10).permittedCapabilities());
    }

    @Test
    void a_session_begins_with_its_leader() {
        host.exit("setsid", 10, 10);
        host.cloneAsParent(10, 11, 0);
        assertEquals("su", host.task(11).sessionLeader().comm());
    }

    @Test
    void users_and_groups_come_and_go() {
        host.enter("useradded", -1, 7, 7, "bob", "/", "/bin/sh", "abc");
        host.enter("groupadded", -1, 7, "bobs", "abc");
        assertEquals("bob", host.machine().accounts().user("abc", 7).name());
        assertNull(host.machine().accounts().user("", 7), "not the host's");
        host.enter("userdeleted", -1, 7, 7, "bob", "/", "/bin/sh", "abc");
        assertNull(host.machine().accounts().user("abc", 7));
        assertEquals("bobs", host.machine().accounts().group("abc", 7).name());
        host.enter("useradded", -1, 8, 8, "+@netgroup", "", "", "abc");
        assertNull(host.machine().accounts().user("abc", 8), "an order to the name service");
    }

    @Test
    void the_limit_of_descriptors_is_the_processes() {
        host.withThread(11, 10, 1, "su");
        host.exit("prlimit", 11, 0, 4096, 4096, 0, 0, 0, 7);
        assertEquals(4096, host.task(10).fdLimit());
        host.exit("setrlimit", 10, 0, 99, 99, 7);
        assertEquals(99, host.task(11).fdLimit());
        host.exit("setrlimit", 10, 0, 5, 5, 3);
        assertEquals(99, host.task(11).fdLimit(), "another resource");
        assertTrue(host.task(11).threads() == 2);
    }
}
