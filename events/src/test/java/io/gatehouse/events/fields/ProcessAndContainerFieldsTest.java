// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.state.Watched;
import org.junit.jupiter.api.Test;

class ProcessAndContainerFieldsTest {
    private static final String ID = "aa4cdedd3574";
    private static final String FULL_ID = ID + "0".repeat(52);

    private final Watched machine = new Watched()
            .withProcess(1, 0, "init")
            .withProcess(5, 1, "bash")
            .withProcess(7, 5, "cat")
            .withProcessIn(9, 1, "httpd", "memory=/docker/" + FULL_ID);

    @Test
    void ancestors_are_counted_from_the_process_itself_and_all_are_candidates_without_a_number() {
        var scene = machine.exit("setuid", 7, 0, 0);
        assertEquals("cat", Asked.value(scene, "proc.aname[0]"));
        assertEquals("bash", Asked.value(scene, "proc.aname[1]"));
        assertEquals("init", Asked.value(scene, "proc.aname[2]"));
        assertEquals("(missing)", Asked.value(scene, "proc.aname[3]"));
        assertEquals("[bash, init]", Asked.value(scene, "proc.aname"));
        assertEquals("[5, 1]", Asked.value(scene, "proc.apid"));
        assertEquals("bash", Asked.value(scene, "proc.pname"));
        assertEquals("5", Asked.value(scene, "proc.ppid"));
        assertEquals("5", Asked.value(scene, "proc.loginshellid"));
    }

    /// State is brought up to date before rules are asked, so what asked for another user can only be told by what was
    /// kept. Upstream rules that ask the fields of after the call go on as they were.
    @Test
    void who_asked_for_another_user_is_told_beside_who_it_became() {
        var asked = machine.exit("setuid", 7, 0, 1000);
        assertEquals("1000", Asked.value(asked, "user.uid"));
        var back = machine.exit("setuid", 7, 0, 0);
        assertEquals("0", Asked.value(back, "user.uid"));
        assertEquals("1000", Asked.value(back, "user.uid.before"));
        var later = machine.exit("close", 7, 0, 3);
        assertEquals("0", Asked.value(later, "user.uid.before"));
        var group = machine.exit("setgid", 7, 0, 50);
        assertEquals("50", Asked.value(group, "group.gid"));
        assertTrue(!Asked.value(group, "group.gid.before").equals("50"));
    }

    @Test
    void the_capabilities_that_asked_for_a_user_namespace_are_told() {
        long newUser = 1 << 20; // CLONE_NEWUSER in the format
        var scene = machine.exit("unshare", 7, 0, newUser);
        assertTrue(Asked.value(scene, "thread.cap_effective").contains("CAP_SYS_ADMIN"));
        assertEquals("", Asked.value(scene, "thread.cap_effective.before"));
        assertEquals("", Asked.value(scene, "thread.cap_permitted.before"));
    }

    @Test
    void ancestors_in_a_circle_come_to_an_end() {
        var circle = new Watched().withProcess(2, 3, "a").withProcess(3, 2, "b");
        assertEquals("[b]", Asked.value(circle.exit("setuid", 2, 0, 0), "proc.aname"));
        var own = new Watched().withProcess(2, 2, "a");
        assertTrue(Asked.value(own.exit("setuid", 2, 0, 0), "proc.aname").length() < 10);
    }

    @Test
    void a_variable_of_the_environment_is_empty_if_it_is_not_set() {
        var scene = machine.exit("setuid", 7, 0, 0);
        assertEquals("/bin", Asked.value(scene, "proc.env[PATH]"));
        assertEquals("", Asked.value(scene, "proc.env[PAT]"));
        assertEquals("PATH=/bin HOME=/home", Asked.value(scene, "proc.env"));
        assertEquals("/home", Asked.value(scene, "proc.aenv[HOME]"));
    }

    @Test
    void a_thread_that_nothing_is_known_of_has_an_id_only() {
        var scene = machine.exit("setuid", 77, -1, 0);
        assertEquals("77", Asked.value(scene, "thread.tid"));
        assertEquals("(missing)", Asked.value(scene, "proc.pname"));
        assertEquals("(missing)", Asked.value(scene, "proc.duration"));
    }

    @Test
    void the_host_is_a_container_of_its_own_kind() {
        var scene = machine.exit("setuid", 7, 0, 0);
        assertEquals("host", Asked.value(scene, "container.id"));
        assertEquals("host", Asked.value(scene, "container.name"));
        assertEquals("0", Asked.value(scene, "container.privileged"));
        assertEquals("(missing)", Asked.value(scene, "container.mount.dest[/proc*]"));
    }

    @Test
    void a_container_of_which_nothing_is_told_has_an_id_only() {
        var scene = machine.exit("setuid", 9, 0, 0);
        assertEquals(ID, Asked.value(scene, "container.id"));
        assertEquals("(missing)", Asked.value(scene, "container.name"));
        assertEquals("(missing)", Asked.value(scene, "container.mount.dest[/proc*]"));
        assertEquals("(missing)", Asked.value(scene, "container.privileged"));
    }

    /// What a mount is asked by is its source; Falco's container plugin takes the pattern for a regular expression and
    /// has crashed on it.
    @Test
    void mounts_are_found_by_place_or_by_the_first_source_that_fits() {
        machine.enter("container", -1, """
                {"container":{"id":"%s","full_id":"%s","name":"web","type":0,"image":"httpd:2","imagerepo":"httpd",
                "is_pod_sandbox":false,"Mounts":[
                {"Source":"/proc/1","Destination":"/host/proc","Mode":"ro","RW":false,"Propagation":"rprivate"},
                {"Source":"/etc","Destination":"/conf","Mode":"","RW":true,"Propagation":""}]}}""".formatted(ID, FULL_ID).replace("\n", ""));
        var scene = machine.exit("setuid", 9, 0, 0);
        assertEquals("web", Asked.value(scene, "container.name"));
        assertEquals("/host/proc", Asked.value(scene, "container.mount.dest[/proc*]"));
        assertEquals("/host/proc", Asked.value(scene, "container.mount.dest[0]"));
        assertEquals("/conf", Asked.value(scene, "container.mount.dest[/etc]"));
        assertEquals("(missing)", Asked.value(scene, "container.mount.dest[/et]"));
        assertEquals("(missing)", Asked.value(scene, "container.mount.dest[2]"));
        assertEquals("/etc", Asked.value(scene, "container.mount.source[/conf]"));
        assertEquals("true", Asked.value(scene, "container.mount.rdwr[/etc]"));
        assertEquals("/proc/1:/host/proc:ro:false:rprivate", Asked.value(scene, "container.mount[/proc/?]"));
    }

    @Test
    void a_pattern_of_stars_takes_bounded_time() {
        var text = "a".repeat(4096);
        assertFalse(new MountPattern("*a".repeat(2000) + "b").matches(text));
        assertTrue(new MountPattern("*[a-b]*").matches(text));
        assertFalse(new MountPattern("[!a]*").matches(text));
        assertTrue(new MountPattern("\\*x").matches("*x"));
        assertTrue(new MountPattern("[").matches("["));
    }
}
