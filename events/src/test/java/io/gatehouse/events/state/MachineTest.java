// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.EventTable;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void a_full_table_of_tasks_counts_who_found_no_room() {
        var host = new Watched(new Limits(3, 9, 9, 9, 9, 999, 99, 99)).withProcess(1, 0, "init");
        host.exit("getuid", 2, 0);
        host.cloneAsParent(1, 3, 0);
        assertNotNull(host.task(3));
        assertEquals(0, host.machine().losses().tasks());
        host.cloneAsParent(1, 4, 0);
        assertNull(host.task(4));
        assertNull(host.exit("getuid", 5, 0).task());
        assertEquals(2, host.machine().losses().tasks());
        host.end(3);
        host.exit("getuid", 6, 0);
        assertNotNull(host.task(6), "who ends makes room");
    }

    @Test
    void a_full_table_of_descriptors_counts_what_found_no_room() {
        var host = new Watched(new Limits(9, 2, 3, 9, 9, 9_999, 99, 99))
                .withProcess(1, 0, "init")
                .withProcess(2, 1, "sh");
        for (int number = 0; number < 3; number++) {
            host.exit("open", 1, number, "/a", 1, 0, 0, 0);
        }
        assertEquals(2, host.task(1).descriptors().size());
        host.exit("open", 1, 1, "/b", 1, 0, 0, 0);
        assertEquals("/b", host.task(1).descriptor(1).name(), "one in place of another needs no room");
        host.exit("open", 2, 0, "/a", 1, 0, 0, 0);
        host.exit("open", 2, 1, "/a", 1, 0, 0, 0);
        assertEquals(1, host.task(2).descriptors().size());
        assertEquals(3, host.machine().descriptorCount());
        assertEquals(2, host.machine().losses().descriptors());
    }

    @Test
    void text_beyond_the_limit_is_left_out_and_counted() {
        var host = new Watched(new Limits(99, 99, 99, 9, 9, 300, 4_096, 4_096)).withProcess(1, 0, "init");
        host.execve(1, 0, "/bin/x", "a".repeat(400) + "\0");
        assertEquals("x", host.task(1).program().cmdline());
        assertEquals(1, host.machine().losses().texts());
        host.exit("open", 1, 3, "/" + "n".repeat(600), 1, 0, 0, 0);
        assertEquals(256, host.task(1).descriptor(3).name().length());
        assertTrue(host.machine().textChars() < 900);
    }

    @Test
    void a_long_name_is_cut() {
        var host = new Watched(new Limits(99, 99, 99, 9, 9, 9_999, 20, 10)).withProcess(1, 0, "init");
        host.exit("open", 1, 3, "/" + "n".repeat(30), 1, 0, 0, 0);
        assertEquals(20, host.task(1).descriptor(3).name().length());
        host.execve(1, 0, "/bin/x", "123456789012345\0");
        assertEquals("1234567890", host.task(1).program().argsText());
        assertTrue(host.machine().losses().cutNames() >= 2);
    }

    @Test
    void parents_in_a_circle_end() {
        var host =
                new Watched().withProcess(10, 11, "a").withProcess(11, 12, "b").withProcess(12, 10, "c");
        host.exit("getuid", 10, 0);
        var names = new ArrayList<String>();
        var ancestors = new Ancestors(host.task(10));
        for (var ancestor = ancestors.next(); ancestor != null && names.size() < 1_000; ancestor = ancestors.next()) {
            names.add(ancestor.comm());
        }
        assertTrue(names.size() < 100, names::toString);
        assertNotNull(host.task(10).ancestor(1_000));
        host.end(11);
        host.exit("getuid", 10, 0);
        assertNull(host.task(11));
    }

    @Test
    void a_process_that_is_its_own_parent_ends() {
        var host = new Watched().withProcess(10, 10, "a");
        host.exit("getuid", 10, 0);
        host.end(10);
        host.exit("getuid", 1, 0);
        assertNull(host.task(10));
    }

    @Test
    void who_acts_without_being_told_of_is_kept_as_a_stranger() {
        var host = new Watched();
        var task = host.exit("getuid", 7, 0).task();
        assertTrue(task.isStranger());
        assertEquals("<NA>", task.comm());
        assertEquals(1, host.machine().losses().unknownTasks());
        host.exit("getuid", 7, 0);
        assertEquals(1, host.machine().losses().unknownTasks());
    }

    @Test
    void large_descriptor_numbers_cost_no_more_than_small_ones() {
        var host = new Watched().withProcess(1, 0, "init");
        host.exit("open", 1, Integer.MAX_VALUE, "/a", 1, 0, 0, 0);
        host.exit("open", 1, Long.MAX_VALUE, "/b", 1, 0, 0, 0);
        assertEquals("/a", host.task(1).descriptor(Integer.MAX_VALUE).name());
        assertEquals(
                "/b",
                host.exit("read", 1, 0, "", Long.MAX_VALUE, 0).descriptor().name());
        assertEquals(2, host.task(1).descriptors().size());
    }

    @Test
    void events_without_parameters_are_endured() {
        var host = new Watched().withProcess(1, 0, "init");
        for (var type : EventTable.current().all()) {
            host.state.apply(new Event().begin(type.code(), 1, 1, 1, 0, new byte[0]));
        }
        assertNotNull(host.task(1));
    }
}
