// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EndsTest {
    private final Watched host = new Watched()
            .withProcess(1, 0, "init")
            .withProcess(10, 1, "sh")
            .withProcess(20, 10, "job")
            .withThread(11, 10, 1, "sh");

    private void next() {
        host.exit("getuid", 1, 0);
    }

    @Test
    void a_task_is_seen_by_the_event_of_its_end_and_gone_after() {
        assertSame(host.task(20), host.end(20).task());
        assertTrue(host.task(20).hasEnded());
        next();
        assertNull(host.task(20));
    }

    @Test
    void a_main_thread_stays_while_others_of_its_process_live() {
        host.end(10);
        next();
        assertNotNull(host.task(10));
        assertEquals(1, host.task(11).threads());
        host.end(11);
        next();
        assertNull(host.task(10));
        assertNull(host.task(11));
    }

    @Test
    void children_go_to_another_thread_of_the_process_first() {
        host.end(10);
        next();
        assertEquals(11, host.task(20).ptid());
    }

    @Test
    void children_of_a_process_go_to_the_first_process() {
        host.end(11);
        host.end(10);
        next();
        assertEquals(1, host.task(20).ptid());
    }

    @Test
    void the_kernels_word_for_the_new_parent_counts() {
        host.withProcess(30, 1, "reaper");
        host.end(11);
        host.enter("procexit", 10, 0, 0, 0, 0, 30);
        next();
        assertEquals(30, host.task(20).ptid());
    }

    @Test
    void a_process_that_asked_for_orphans_gets_them() {
        host.withProcess(30, 1, "manager").withProcess(31, 30, "worker").withProcess(32, 31, "child");
        host.exit("prctl", 30, 0, 36, null, 1);
        host.end(31);
        next();
        assertEquals(30, host.task(32).ptid());
    }

    @Test
    void the_end_of_an_unknown_task_makes_no_entry() {
        assertNull(host.end(99).task());
        assertNull(host.task(99));
    }

    @Test
    void what_ended_tasks_held_is_free_again() {
        host.exit("open", 20, 3, "/etc/passwd", 1, 0, 0, 0);
        host.end(20);
        host.end(11);
        host.end(10);
        host.end(1);
        host.exit("getuid", 77, 0); // a stranger, so that the last end is done
        assertEquals(0, host.machine().descriptorCount());
        assertEquals(1, host.machine().taskCount());
        assertEquals("<NA><NA>".length(), host.machine().textChars());
        assertFalse(host.task(77).isMainThread());
    }
}
