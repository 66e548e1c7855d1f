// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FilesTest {
    private static final int DIRECTORY = 1 << 10;
    private static final int UPPER = 1 << 15;

    private final Watched host = new Watched().withProcess(1, 0, "init").withProcess(10, 1, "sh");

    @Test
    void a_relative_path_is_seen_from_the_working_directory() {
        var scene = host.exit("open", 10, 3, "../etc/./passwd", 1 | UPPER, 0, 64_768, 77);
        var file = scene.descriptor();
        assertEquals("/etc/passwd", file.name());
        assertEquals("../etc/./passwd", file.rawName());
        assertEquals("/etc", file.directory());
        assertEquals("passwd", file.fileName());
        assertEquals(DescriptorKind.FILE_V2, file.kind());
        assertEquals(64_768, file.device());
        assertEquals(77, file.inode());
        assertTrue(file.isUpperLayer());
        assertTrue(scene.nameChanged());
        assertEquals(3, scene.descriptorNumber());
    }

    @Test
    void openat_sees_a_path_from_its_directory() {
        host.exit("openat", 10, 3, -100, "/srv", DIRECTORY, 0, 0, 0);
        assertEquals(DescriptorKind.DIRECTORY, host.task(10).descriptor(3).kind());
        assertEquals(
                "/srv/data",
                host.exit("openat", 10, 4, 3, "data", 1, 0, 0, 0).descriptor().name());
        assertEquals(
                "/home/data",
                host.exit("openat", 10, 4, -100, "data", 1, 0, 0, 0)
                        .descriptor()
                        .name());
        assertEquals(
                "<UNKNOWN>data",
                host.exit("openat", 10, 4, 99, "data", 1, 0, 0, 0).descriptor().name());
        assertEquals(
                "/data",
                host.exit("openat2", 10, 5, 99, "/data", 1, 0, 0, 0, 0)
                        .descriptor()
                        .name());
    }

    @Test
    void what_was_asked_for_at_the_start_counts_more_than_what_memory_held_at_the_end() {
        host.enter("open", 10, "/etc/shadow", 1, 0);
        assertEquals(
                "/etc/shadow",
                host.exit("open", 10, 3, "/tmp/x", 1, 0, 0, 0).descriptor().name());
        assertEquals(
                "/tmp/x",
                host.exit("open", 10, 3, "/tmp/x", 1, 0, 0, 0).descriptor().name());
    }

    @Test
    void a_failed_open_opens_nothing() {
        var scene = host.exit("open", 10, -2, "/etc/passwd", 1, 0, 0, 0);
        assertEquals(2, scene.error());
        assertNull(scene.descriptor());
        assertEquals(-1, scene.descriptorNumber());
    }

    @Test
    void a_closed_descriptor_is_seen_by_the_event_that_closes_it_and_gone_after() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        var scene = host.exit("close", 10, 0, 3);
        assertEquals("/etc/passwd", scene.descriptor().name());
        assertFalse(scene.nameChanged());
        host.exit("getuid", 10, 0);
        assertNull(host.task(10).descriptor(3));
        assertEquals(0, host.machine().descriptorCount());
    }

    @Test
    void a_failed_close_closes_nothing() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        host.exit("close", 10, -9, 3);
        host.exit("getuid", 10, 0);
        assertNotNull(host.task(10).descriptor(3));
    }

    @Test
    void every_reading_and_writing_call_finds_its_descriptor() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        assertEquals(
                "/etc/passwd",
                host.exit("read", 10, 5, "abcde", 3, 5).descriptor().name());
        assertEquals(
                "/etc/passwd",
                host.exit("writev", 10, 5, "abcde", 3, 5).descriptor().name());
        assertEquals(
                "/etc/passwd",
                host.exit("preadv", 10, 5, 5, "abcde", 3, 0).descriptor().name());
        assertEquals(
                "/etc/passwd",
                host.exit("mmap", 10, 0, 1, 2, 3, 0, 0, 0, 0, 3, 0).descriptor().name());
        assertEquals(
                "/etc/passwd",
                host.exit("sendfile", 10, 0, 0, 3, 4, 0).descriptor().name());
    }

    @Test
    void dup_doubles_and_fcntl_too() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        var scene = host.exit("dup2", 10, 1, 3, 1);
        assertEquals("/etc/passwd", scene.descriptor().name());
        assertEquals(1, scene.descriptor().number());
        assertFalse(scene.nameChanged());
        host.exit("fcntl", 10, 7, 3, 26, 0);
        host.exit("dup3", 10, 8, 3, 8, 1 << 12);
        host.execve(10, 1, "/bin/x", "");
        assertEquals("/etc/passwd", host.task(10).descriptor(1).name());
        assertNull(host.task(10).descriptor(7), "F_DUPFD_CLOEXEC");
        assertNull(host.task(10).descriptor(8), "dup3 with O_CLOEXEC");
    }

    @Test
    void a_flag_set_later_closes_on_exec_too() {
        host.exit("open", 10, 3, "/etc/passwd", 1, 0, 0, 0);
        host.exit("fcntl", 10, 0, 3, 3, 1);
        host.execve(10, 1, "/bin/x", "");
        assertNull(host.task(10).descriptor(3));
    }

    @Test
    void a_range_is_closed_at_once_or_on_exec() {
        for (int number = 3; number < 8; number++) {
            host.exit("open", 10, number, "/a", 1, 0, 0, 0);
        }
        host.exit("close_range", 10, 0, 4, 5, 0);
        host.exit("close_range", 10, 0, 7, 0xffffffffL, 4);
        assertEquals(3, host.task(10).descriptors().size());
        host.execve(10, 1, "/bin/x", "");
        assertNull(host.task(10).descriptor(7));
        assertNotNull(host.task(10).descriptor(6));
    }

    @Test
    void other_things_with_a_number_have_their_kind() {
        host.exit("memfd_create", 10, 3, "payload", 0);
        host.exit("eventfd2", 10, 4, 0, 0);
        host.exit("epoll_create1", 10, 5, 0);
        host.exit("pipe", 10, 0, 6, 7, 55);
        host.exit("pidfd_open", 10, 8, 1, 0);
        host.exit("inotify_init1", 10, 9, 0);
        var task = host.task(10);
        assertEquals("memfd", task.descriptor(3).kind().word());
        assertEquals("payload", task.descriptor(3).name());
        assertEquals("e", task.descriptor(4).kind().letter());
        assertEquals("l", task.descriptor(5).kind().letter());
        assertEquals(55, task.descriptor(6).inode());
        assertEquals("pipe", task.descriptor(7).kind().word());
        assertEquals("/proc/1", task.descriptor(8).name());
        assertEquals("inotify", task.descriptor(9).kind().word());
    }

    @Test
    void a_descriptor_taken_from_another_process_is_the_same_thing() {
        host.exit("open", 1, 5, "/secret", 1, 0, 0, 0);
        host.exit("pidfd_open", 10, 8, 1, 0);
        host.exit("pidfd_getfd", 10, 9, 8, 5, 0);
        assertEquals("/secret", host.task(10).descriptor(9).name());
    }

    @Test
    void directories_change() {
        host.exit("chdir", 10, 0, "src");
        assertEquals("/home/src/", host.task(10).cwd());
        host.exit("open", 10, 3, "/var", DIRECTORY, 0, 0, 0);
        var scene = host.exit("fchdir", 10, 0, 3);
        assertEquals("/var/", scene.task().cwd());
        assertEquals("/home/src/", scene.before().cwd());
        host.exit("chdir", 10, -2, "/none");
        assertEquals("/var/", host.task(10).cwd());
        host.exit("chroot", 10, 0, "jail");
        assertEquals("/var/jail", host.task(10).root());
    }
}
