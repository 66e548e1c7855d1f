// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Watched;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class ArgumentFieldsTest {
    private static final int AT_WORKING_DIRECTORY = -100;

    private final Watched machine = new Watched().withProcess(7, 1, "sh");

    private static String args(Scene scene) {
        return Asked.value(scene, "evt.args");
    }

    @Test
    void flags_are_printed_as_a_number_and_by_their_names() {
        assertEquals(
                "fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd flags=4097(O_RDONLY|O_CLOEXEC) mode=0 "
                        + "dev=CA02 ino=9",
                args(machine.exit("openat", 7, 3, AT_WORKING_DIRECTORY, "/etc/passwd", 4097, 0, 0xca02, 9)));
    }

    @Test
    void flags_that_hold_others_are_told_by_their_own_name() {
        var scene = machine.exit("openat", 7, 3, AT_WORKING_DIRECTORY, "/a", 3, 0, 0, 0);
        assertEquals("O_RDWR", Asked.value(scene, "evt.arg[flags]"));
    }

    @Test
    void a_failed_call_tells_the_name_of_its_error() {
        var scene = machine.exit("openat", 7, -2, AT_WORKING_DIRECTORY, "/none", 1, 0, 0, 0);
        assertEquals("ENOENT", Asked.value(scene, "evt.arg[fd]"));
        assertEquals("ENOENT", Asked.value(scene, "evt.res"));
        assertEquals("-2", Asked.value(scene, "evt.rawres"));
        assertEquals("1", Asked.value(scene, "evt.failed"));
    }

    @Test
    void an_error_without_a_name_is_its_number() {
        assertEquals("-4095", Asked.value(machine.exit("setuid", 7, -4095, 0), "evt.res"));
    }

    @Test
    void a_relative_path_is_printed_with_the_directory_it_is_relative_to() {
        machine.exit("openat", 7, 4, AT_WORKING_DIRECTORY, "/tmp", 1 | 1 << 10, 0, 0, 0);
        var scene = machine.exit("renameat", 7, 0, AT_WORKING_DIRECTORY, "a", 4, "../b");
        assertEquals(
                "res=0 olddirfd=-100(AT_FDCWD) oldpath=a(/home/a) newdirfd=4(<d>/tmp) newpath=../b(/b)", args(scene));
        assertEquals("/home/a", Asked.value(scene, "evt.abspath[src]"));
        assertEquals("/b", Asked.value(scene, "evt.abspath[dst]"));
        assertEquals("/home/a", Asked.value(scene, "fs.path.source"));
        assertEquals("/b", Asked.value(scene, "fs.path.target"));
        assertEquals("../b", Asked.value(scene, "fs.path.targetraw"));
    }

    @Test
    void modes_are_printed_in_octal_digits_and_by_their_names() {
        assertEquals("0755", args(machine.exit("chmod", 7, 0, "/a", 0755)).replaceAll(".*mode=([0-7]+).*", "$1"));
    }

    @Test
    void signals_processes_and_accounts_are_named_as_far_as_they_are_known() {
        assertEquals("res=0 pid=7(sh) sig=9(SIGKILL)", args(machine.exit("kill", 7, 0, 7, 9)));
        assertEquals("res=0 pid=99 sig=64", args(machine.exit("kill", 7, 0, 99, 64)));
        assertEquals("res=0 uid=5(<NA>)", args(machine.exit("setuid", 7, 0, 5)));
        assertEquals("res=0 uid=-1(<NONE>)", args(machine.exit("setuid", 7, 0, -1)));
    }

    @Test
    void spans_of_time_are_printed_in_nanoseconds_and_in_seconds() {
        assertEquals("res=0 interval=1500000000(1.5s)", args(machine.exit("nanosleep", 7, 0, 1_500_000_000L)));
        assertEquals("res=0 interval=100(1e-07s)", args(machine.exit("nanosleep", 7, 0, 100)));
        assertEquals("res=0 interval=none", args(machine.exit("nanosleep", 7, 0, -1)));
    }

    @Test
    void a_variant_is_printed_as_what_it_holds() {
        var size = new byte[] {2, 0, 1, 0, 0};
        assertEquals("256", Asked.value(machine.exit("setsockopt", 7, 0, 3, 0, 0, size, 4), "evt.arg[val]"));
        var error = new byte[] {1, -2, -1, -1, -1, -1, -1, -1, -1};
        assertEquals("ENOENT", Asked.value(machine.exit("setsockopt", 7, 0, 3, 0, 0, error, 4), "evt.arg[val]"));
        assertEquals(
                "INVALID DYNAMIC PARAMETER",
                Asked.value(machine.exit("setsockopt", 7, 0, 3, 0, 0, new byte[] {9, 1}, 4), "evt.arg[val]"));
    }

    @Test
    void what_is_not_there_is_printed_in_one_of_two_ways() {
        assertEquals("res=0 data=NULL fd=<NA> size=<NA>", args(machine.exit("read", 7, 0, null, null, null)));
    }

    @Test
    void bytes_that_cannot_be_printed_become_dots_but_stay_in_the_buffer() {
        var scene = machine.exit("read", 7, 4, "a\n\u00ff~", 0, 10);
        assertEquals("a..~", Asked.value(scene, "evt.arg[data]"));
        assertEquals("a\n\u00ff~", Asked.value(scene, "evt.buffer"));
        assertEquals("a\n\u00ff~", Asked.value(scene, "evt.rawarg[data]"));
    }

    @Test
    void the_ends_of_a_connection_are_printed_with_their_ports() {
        machine.exit("socket", 7, 3, 2, 1, 0);
        var scene = machine.exit("connect", 7, 0, ipv4Tuple(10, 0, 0, 1, 4000, 10, 0, 0, 2, 80), 3, null);
        assertEquals("10.0.0.1:4000->10.0.0.2:80", Asked.value(scene, "evt.arg[tuple]"));
        assertEquals("10.0.0.1:4000->10.0.0.2:80", Asked.value(scene, "fd.name"));
        assertEquals("[4000, 80]", Asked.value(scene, "fd.port"));
        assertEquals("80", Asked.value(scene, "fd.sport"));
        assertEquals("\n\0\0\u0002", Asked.value(scene, "fd.sip"));
        assertEquals("(missing)", Asked.value(scene, "fd.sip.name"));
        scene.machine().addressNames(address -> address.endsWith("\u0002") ? "shop" : null);
        assertEquals("shop", Asked.value(scene, "fd.sip.name"));
        assertEquals("(missing)", Asked.value(scene, "fd.cip.name"));
    }

    @Test
    void a_list_of_descriptors_ends_where_its_bytes_end() {
        machine.exit("openat", 7, 3, AT_WORKING_DIRECTORY, "/a", 1, 0, 0, 0);
        var list = new ByteArrayOutputStream();
        list.writeBytes(Watched.little(3, 2)); // says three, holds two
        list.writeBytes(Watched.little(3, 8));
        list.writeBytes(Watched.little(1, 2));
        list.writeBytes(Watched.little(9, 8));
        list.writeBytes(Watched.little(0x11, 2));
        var scene = machine.exit("ppoll", 7, 1, list.toByteArray(), 0, 5);
        assertEquals("3:f1 9:?11", Asked.value(scene, "evt.arg[fds]"));
        assertEquals("SIGHUP SIGQUIT", Asked.value(scene, "evt.arg[sigmask]"));
        assertEquals("3,9", Asked.value(scene, "fdlist.nums"));
        assertEquals("/a,<NA>", Asked.value(scene, "fdlist.names"));
        assertEquals("(missing)", Asked.value(scene, "fdlist.cips"));
    }

    @Test
    void arguments_are_asked_by_place_or_by_name_and_missing_where_there_is_none() {
        var scene = machine.exit("kill", 7, 0, 7, 9);
        assertEquals("SIGKILL", Asked.value(scene, "evt.arg[2]"));
        assertEquals("SIGKILL", Asked.value(scene, "evt.arg[sig]"));
        assertEquals("(missing)", Asked.value(scene, "evt.arg[3]"));
        assertEquals("(missing)", Asked.value(scene, "evt.arg[name]"));
        assertEquals("9", Asked.value(scene, "evt.rawarg[sig]"));
        assertEquals("(missing)", Asked.value(scene, "evt.rawarg[data]"));
    }

    private static byte[] ipv4Tuple(int a, int b, int c, int d, int port, int e, int f, int g, int h, int farPort) {
        return new byte[] {
            2,
            (byte) a,
            (byte) b,
            (byte) c,
            (byte) d,
            (byte) port,
            (byte) (port >> 8),
            (byte) e,
            (byte) f,
            (byte) g,
            (byte) h,
            (byte) farPort,
            (byte) (farPort >> 8)
        };
    }
}
