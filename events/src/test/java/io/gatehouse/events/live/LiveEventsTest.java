// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import static io.gatehouse.events.live.Records.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.CallTable;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LiveEventsTest {
    private static final int AT_FDCWD = -100;
    private static final int RESULT = LiveRecord.RESULT;
    private static final byte[] HERE = {10, 0, 0, 1};
    private static final byte[] THERE = {93, (byte) 184, (byte) 216, 34};

    private final Shown shown = new Shown();

    private void shows(String line, Records records) {
        assertEquals(line, shown.line(records));
    }

    // The header

    @Test
    void an_event_has_the_time_the_thread_and_the_processor_of_its_record() {
        var event = shown.event(call("getuid").at(5).by(8, 7, 1, "sh").cpu(3));
        assertEquals(Shown.BOOT_NANOS + 5, event.timeNanos());
        assertEquals(8, event.tid());
        assertEquals(3, event.cpu());
        shown.events.bootNanos(100);
        assertEquals(105, shown.event(call("getuid").at(5)).timeNanos());
    }

    // Files

    @Test
    void an_open_file_is_told_with_its_flags_its_layer_and_its_identity() {
        shows(
                "openat fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd "
                        + "flags=36869(O_CREAT|O_RDONLY|O_CLOEXEC|FD_UPPER_LAYER) mode=0644 dev=801 ino=42",
                call("openat")
                        .result(3)
                        .args(AT_FDCWD, 1, 0x40 | 0x80000, 0100644)
                        .text(1, "/etc/passwd")
                        .file(RESULT, 3, "/etc/passwd", 0100644, 8 << 20 | 1, 42, Records.UPPER));
    }

    @Test
    void the_mode_of_a_file_that_is_not_made_is_nothing() {
        shows(
                "open fd=3(<f>/a) name=/a flags=1(O_RDONLY) mode=0 dev=FD00 ino=5",
                call("open").result(3).args(0, 0, 07777).text(0, "/a").file(RESULT, 3, "/a", 0100644, 253 << 20, 5, 0));
    }

    @Test
    void access_modes_are_told_as_the_format_has_them() {
        shows("open fd=-13(EACCES) name=/a flags=2(O_WRONLY) mode=0 dev=0 ino=0", opened(1));
        shows("open fd=-13(EACCES) name=/a flags=3(O_RDWR) mode=0 dev=0 ino=0", opened(2));
        shows("open fd=-13(EACCES) name=/a flags=259(O_TRUNC|O_RDWR) mode=0 dev=0 ino=0", opened(0x202));
        shows("open fd=-13(EACCES) name=/a flags=145(O_SYNC|O_DSYNC|O_RDONLY) mode=0 dev=0 ino=0", opened(0x101000));
    }

    private static Records opened(int flags) {
        return call("open").result(-13).args(0, flags).text(0, "/a");
    }

    @Test
    void a_directory_is_no_temporary_file() {
        shows("open fd=-13(EACCES) name=/a flags=1025(O_DIRECTORY|O_RDONLY) mode=0 dev=0 ino=0", opened(0x10000));
        shows(
                "open fd=-13(EACCES) name=/a flags=9218(O_DIRECTORY|O_WRONLY|O_TMPFILE) mode=0600 dev=0 ino=0",
                call("open").result(-13).args(0, 0x410001, 0600).text(0, "/a"));
    }

    @Test
    void flags_behind_a_pointer_are_read_there() {
        shows(
                "openat2 fd=4(<f>/b) dirfd=-100(AT_FDCWD) name=/b flags=6(O_CREAT|O_WRONLY) mode=0600 "
                        + "resolve=9(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS) dev=12345678 ino=9",
                call("openat2")
                        .result(4)
                        .arg(0, AT_FDCWD)
                        .text(1, "/b")
                        .longs(2, 0x41, 0600, 0x0c)
                        .file(RESULT, 4, "/b", 0100600, 1, 0x456 << 20 | 0x12378, 9, 0));
    }

    @Test
    void flags_that_were_changed_behind_the_pointer_do_not_hide_a_write() {
        shows(
                "openat2 fd=4(<f>/b) dirfd=-100(AT_FDCWD) name=/b flags=2(O_WRONLY) mode=0 resolve=0 dev=12345678 ino=9",
                call("openat2")
                        .result(4)
                        .arg(0, AT_FDCWD)
                        .text(1, "/b")
                        .longs(2, 0, 0, 0)
                        .file(RESULT, 4, "/b", 0100600, 1, 0x456 << 20 | 0x12378, 9, 0));
        shows(
                "openat2 fd=4(<f>/b) dirfd=-100(AT_FDCWD) name=/b flags=2(O_WRONLY) mode=<NA> resolve=<NA>"
                        + " dev=12345678 ino=9",
                call("openat2")
                        .result(4)
                        .arg(0, AT_FDCWD)
                        .text(1, "/b")
                        .file(RESULT, 4, "/b", 0100600, 1, 0x456 << 20 | 0x12378, 9, 0));
    }

    @Test
    void flags_that_could_not_be_read_are_not_there() {
        shows(
                "openat2 fd=-14(EFAULT) dirfd=-100(AT_FDCWD) name=/b flags=<NA> mode=<NA> resolve=<NA> dev=0 ino=0",
                call("openat2").result(-14).arg(0, AT_FDCWD).text(1, "/b").fact(LiveRecord.FACT_UNREAD));
    }

    @Test
    void a_descriptor_is_a_number_of_32_bits_whatever_the_register_holds() {
        shows(
                "openat fd=-9(EBADF) dirfd=-1(EPERM) name=a(a) flags=1(O_RDONLY) mode=0 dev=0 ino=0",
                call("openat").result(-9).args(0xffffffffL, 1, 0).text(1, "a"));
        shows(
                "openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=a(./a) flags=1(O_RDONLY) mode=0 dev=0 ino=0",
                call("openat").result(-2).args(0xffffff9cL, 1, 0).text(1, "a"));
    }

    @Test
    void creat_says_the_layer_in_flags_of_its_own() {
        shows(
                "creat fd=3(<f>/x) name=/x mode=0644 dev=801 ino=7 creat_flags=1(FD_UPPER_LAYER_CREAT)",
                call("creat")
                        .result(3)
                        .arg(1, 0644)
                        .text(0, "/x")
                        .file(RESULT, 3, "/x", 0100644, 8 << 20 | 1, 7, Records.UPPER));
    }

    @Test
    void a_file_opened_by_its_handle_is_named_by_the_kernel() {
        shows(
                "open_by_handle_at fd=5(<f>/srv/x/y) mountfd=3 flags=1(O_RDONLY) path=/srv/x/y dev=801 ino=7",
                call("open_by_handle_at")
                        .result(5)
                        .args(3, 0, 0)
                        .file(RESULT, 5, "/srv/x/y", 0100644, 8 << 20 | 1, 7, 0));
    }

    @Test
    void what_was_read_is_no_more_than_the_call_returned() {
        shows(
                "read res=2 data=ab fd=3 size=100",
                call("read").result(2).args(3, 0, 100).data(1, bytes("abcd")));
        shows(
                "read res=-11(EAGAIN) data=NULL fd=3 size=9",
                call("read").result(-11).args(3, 0, 9));
        shows(
                "write res=3 data=abc fd=1 size=4",
                call("write").result(3).args(1, 0, 4).data(1, bytes("abcd")));
        shows(
                "write res=-32(EPIPE) data=abcd fd=1 size=4",
                call("write").result(-32).args(1, 0, 4).data(1, bytes("abcd")));
        shows(
                "writev res=6 data=abcdef fd=1 size=600",
                call("writev").result(6).args(1, 0, 2).section(1, bytes("abcdefghij"), 600));
        shows(
                "pread res=1 data=x fd=3 size=1 pos=77",
                call("pread64").result(1).args(3, 0, 1, 77).data(1, bytes("x")));
    }

    private static byte[] bytes(String text) {
        return Arrays.copyOf(Records.list(text), text.length());
    }

    @Test
    void names_of_files_are_told_as_they_were_asked_for() {
        shows(
                "unlinkat res=0 dirfd=-100(AT_FDCWD) name=/tmp/a flags=512(AT_REMOVEDIR)",
                call("unlinkat").args(AT_FDCWD, 0, 0x200).text(1, "/tmp/a"));
        shows(
                "renameat2 res=0 olddirfd=-100(AT_FDCWD) oldpath=/a newdirfd=-100(AT_FDCWD) newpath=/b "
                        + "flags=2(RENAME_EXCHANGE)",
                call("renameat2")
                        .args(AT_FDCWD, 0, AT_FDCWD, 0, 2)
                        .text(1, "/a")
                        .text(3, "/b"));
        shows(
                "linkat res=0 olddir=-100(AT_FDCWD) oldpath=/a newdir=-100(AT_FDCWD) newpath=/b "
                        + "flags=1024(AT_SYMLINK_FOLLOW)",
                call("linkat")
                        .args(AT_FDCWD, 0, AT_FDCWD, 0, 0x400)
                        .text(1, "/a")
                        .text(3, "/b"));
        shows(
                "symlinkat res=0 target=/etc/shadow linkdirfd=-100(AT_FDCWD) linkpath=/x",
                call("symlinkat").args(0, AT_FDCWD).text(0, "/etc/shadow").text(2, "/x"));
        shows(
                "mkdir res=-17(EEXIST) path=/a mode=1ED",
                call("mkdir").result(-17).arg(1, 0755).text(0, "/a"));
        shows(
                "fchmodat res=0 dirfd=-100(AT_FDCWD) filename=/a mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|"
                        + "S_IWUSR|S_IRUSR|S_ISUID)",
                call("fchmodat").args(AT_FDCWD, 0, 04755).text(1, "/a"));
        shows(
                "fchownat res=0 dirfd=-100(AT_FDCWD) pathname=/a uid=0 gid=-1 flags=1024(AT_SYMLINK_NOFOLLOW)",
                call("fchownat").args(AT_FDCWD, 0, 0, -1, 0x100).text(1, "/a"));
        shows("access res=0 name=/a mode=6(R_OK|W_OK)", call("access").arg(1, 6).text(0, "/a"));
        shows(
                "newfstatat res=0 dirfd=-100(AT_FDCWD) path=/a flags=256(AT_SYMLINK_NOFOLLOW)",
                call("newfstatat").args(AT_FDCWD, 0, 0, 0x100).text(1, "/a"));
        shows("chdir res=0 path=/a", call("chdir").text(0, "/a"));
        shows("chroot res=0 path=/a", call("chroot").text(0, "/a"));
    }

    @Test
    void a_name_that_was_not_read_is_not_there_and_an_empty_one_is_empty() {
        shows("unlink res=-14(EFAULT) path=<NA>", call("unlink").result(-14));
        shows("unlink res=-2(ENOENT) path=", call("unlink").result(-2).text(0, ""));
    }

    @Test
    void a_node_without_a_kind_is_a_plain_file() {
        shows(
                "mknod res=0 path=/a mode=0100600(S_IWUSR|S_IRUSR|S_IFREG) dev=0",
                call("mknod").args(0, 0600, 0).text(0, "/a"));
        shows(
                "mknodat res=0 dirfd=-100(AT_FDCWD) path=/a mode=060600(S_IWUSR|S_IRUSR|S_IFCHR) " + "dev=2049",
                call("mknodat").args(AT_FDCWD, 0, 060600, 0x801).text(1, "/a"));
    }

    @Test
    void mounts_are_told_without_the_old_mark_in_their_flags() {
        shows(
                "mount res=0 dev=/dev/sda dir=/mnt type=ext4 flags=4096(BIND)",
                call("mount")
                        .arg(3, 0xC0ED1000L)
                        .text(0, "/dev/sda")
                        .text(1, "/mnt")
                        .text(2, "ext4"));
        shows(
                "umount2 res=0 name=/mnt flags=2(DETACH)",
                call("umount2").arg(1, 2).text(0, "/mnt"));
    }

    // Descriptors

    @Test
    void descriptors_are_doubled_closed_and_made() {
        shows("close res=0 fd=3", call("close").arg(0, 3));
        shows("dup2 res=5 oldfd=3 newfd=5", call("dup2").result(5).args(3, 5));
        shows(
                "dup3 res=5 oldfd=3 newfd=5 flags=4096(O_CLOEXEC)",
                call("dup3").result(5).args(3, 5, 0x80000));
        shows(
                "pipe2 res=0 fd1=3(<p>) fd2=4(<p>) ino=<NA> flags=64(O_NONBLOCK)",
                call("pipe2").arg(1, 0x800).ints(0, 3, 4));
        shows(
                "memfd_create fd=3(<m>x) name=x flags=1(MFD_CLOEXEC)",
                call("memfd_create").result(3).arg(1, 1).text(0, "x"));
        shows(
                "fcntl res=7(<m>x) fd=3(<m>x) cmd=26(F_DUPFD_CLOEXEC) arg=7",
                call("fcntl").result(7).args(3, 1030, 7));
        shows(
                "eventfd2 res=3(<e>) flags=4160(O_NONBLOCK|O_CLOEXEC) initval=9",
                call("eventfd2").result(3).args(9, 0x80800));
        shows(
                "epoll_create1 res=3 flags=1(EPOLL_CLOEXEC)",
                call("epoll_create1").result(3).arg(0, 0x80000));
        shows(
                "pidfd_open fd=3(<P>/proc/9) pid=9 flags=1(PIDFD_NONBLOCK)",
                call("pidfd_open").result(3).args(9, 0x800));
    }

    @Test
    void polled_descriptors_are_told_as_far_as_they_were_read() {
        var polled = Records.join(Records.numbers(4, 5), Records.numbers(2, 1, 1 | 0x10));
        var both = Records.join(polled, Records.join(Records.numbers(4, -1), Records.numbers(2, 4, 0)));
        shows(
                "poll res=1 fds=5:?21 18446744073709551615:?0 timeout=-1",
                call("poll").result(1).args(0, 2, -1).data(0, both));
    }

    // Sockets

    @Test
    void a_connection_is_told_with_both_ends_and_what_was_asked_for() {
        shown.line(call("socket").result(3).args(2, 1, 0));
        shows(
                "connect res=0 tuple=10.0.0.1:40000->93.184.216.34:443 fd=3(<4t>10.0.0.1:40000->93.184.216.34:443) "
                        + "addr=93.184.216.34:443",
                call("connect")
                        .args(3, 0, 16)
                        .data(1, Records.address(93, 184, 216, 34, 443))
                        .internet(0, 3, 1, 6, HERE, 40000, THERE, 443));
    }

    @Test
    void a_connection_that_failed_has_no_ends() {
        shows(
                "connect res=-111(ECONNREFUSED) tuple=NULL fd=3 addr=93.184.216.34:443",
                call("connect")
                        .result(-111)
                        .args(3, 0, 16)
                        .data(1, Records.address(93, 184, 216, 34, 443))
                        .internet(0, 3, 1, 6, HERE, 40000, THERE, 443));
    }

    @Test
    void a_socket_is_told_by_its_family_and_its_flags() {
        shows(
                "socket fd=3(<4>) domain=2(AF_INET) type=526337 proto=6 flags=4160(O_NONBLOCK|O_CLOEXEC)",
                call("socket").result(3).args(2, 1 | 0x80800, 6));
        shows("listen res=0 fd=3(<4>) backlog=128", call("listen").args(3, 128));
        shows("shutdown res=0 fd=3(<4>) how=1(SHUT_WR)", call("shutdown").args(3, 1));
        shows(
                "bind res=0 addr=0.0.0.0:80 fd=3(<4t>0.0.0.0:80)",
                call("bind").arg(0, 3).data(1, Records.address(0, 0, 0, 0, 80)));
        shows("bind res=0 addr=/run/x fd=8", call("bind").arg(0, 8).data(1, Records.unixAddress("/run/x")));
        shows("bind res=0 addr=hidden fd=8", call("bind").arg(0, 8).data(1, Records.unixAddress("\0hidden")));
        shows("bind res=0 addr=<NA> fd=8", call("bind").arg(0, 8).data(1, new byte[] {16, 0, 0, 0, 1, 2, 3, 4}));
    }

    @Test
    void an_accepted_connection_comes_from_the_other_end() {
        shows(
                "accept4 fd=5(<4t>93.184.216.34:50000->10.0.0.1:80) tuple=93.184.216.34:50000->10.0.0.1:80 "
                        + "queuepct=<NA> queuelen=<NA> queuemax=<NA> flags=1000",
                call("accept4").result(5).args(3, 0, 0, 0x80000).internet(RESULT, 5, 1, 6, HERE, 80, THERE, 50000));
    }

    @Test
    void who_is_not_connected_sends_to_the_address_it_gives() {
        shows(
                "sendto res=4 data=abcd fd=3(<4u>10.0.0.1:5000->8.8.8.8:53) size=4 tuple=10.0.0.1:5000->8.8.8.8:53",
                call("sendto")
                        .result(4)
                        .args(3, 0, 4, 0, 0, 16)
                        .data(1, bytes("abcd"))
                        .data(4, Records.address(8, 8, 8, 8, 53))
                        .internet(0, 3, 2, 17, HERE, 5000, new byte[4], 0)
                        .by(70, 1, "dig"));
        shows(
                "sendmsg res=4 data=abcd fd=3(<4u>10.0.0.1:5000->8.8.8.8:53) size=4 tuple=10.0.0.1:5000->8.8.8.8:53",
                call("sendmsg")
                        .result(4)
                        .arg(0, 3)
                        .data(1, bytes("abcd"))
                        .section(LiveRecord.MORE + 1, Records.address(8, 8, 8, 8, 53))
                        .internet(0, 3, 2, 17, HERE, 5000, new byte[4], 0)
                        .by(71, 1, "dig"));
    }

    @Test
    void data_of_a_message_is_not_taken_for_its_address() {
        shows(
                "recvmsg res=8 size=8 data=...5.... tuple=0.0.0.0:0->10.0.0.1:5000 msgcontrol=NULL fd=3",
                call("recvmsg")
                        .result(8)
                        .arg(0, 3)
                        .data(1, Records.address(8, 8, 8, 8, 53))
                        .internet(0, 3, 2, 17, HERE, 5000, new byte[4], 0));
    }

    @Test
    void of_several_messages_the_first_is_told() {
        shows(
                "sendmmsg res=1 fd=8 size=<NA> data=abcd tuple=NULL",
                call("sendmmsg").result(1).arg(0, 8).data(1, bytes("abcd")));
    }

    @Test
    void a_local_socket_is_told_by_the_addresses_of_its_ends_and_its_path() {
        shows(
                "connect res=0 tuple=bb->aa /run/x fd=3 addr=/run/x",
                call("connect").arg(0, 3).data(1, Records.unixAddress("/run/x")).unix(0, 3, 0xaa, 0xbb, "/run/x"));
    }

    @Test
    void socket_options_have_the_form_that_they_are_of() {
        shows(
                "setsockopt res=0 fd=3 level=1(SOL_SOCKET) optname=2(SO_REUSEADDR) val=1 optlen=4",
                call("setsockopt").args(3, 1, 2, 0, 4).ints(3, 1));
        shows(
                "setsockopt res=0 fd=3 level=1(SOL_SOCKET) optname=20(SO_RCVTIMEO) val=1500000000(1.5s) optlen=16",
                call("setsockopt").args(3, 1, 20, 0, 16).longs(3, 1, 500_000));
        shows(
                "getsockopt res=0 fd=3 level=1(SOL_SOCKET) optname=4(SO_ERROR) val=-111(ECONNREFUSED) optlen=4",
                call("getsockopt").args(3, 1, 4).ints(3, 111).ints(4, 4));
        shows(
                "setsockopt res=0 fd=3 level=2(SOL_TCP) optname=0(UNKNOWN) val=abc optlen=3",
                call("setsockopt").args(3, 6, 1, 0, 3).data(3, bytes("abc")));
    }

    // Tasks

    @Test
    void a_new_program_is_told_with_all_that_it_is() {
        var scene = shown.scene(Records.exec()
                .by(9, 7, "ls")
                .uid(1000, 100)
                .loginuid(1001)
                .tty(34816)
                .capabilities(1, 2, 4)
                .sessions(9, 9, 3, 4)
                .words("ls", "-l", "/tmp")
                .environment("A=1", "B=2")
                .asked("/bin/ls")
                .program("/usr/bin/ls", 99, Records.UPPER, true, 10, 20));
        assertEquals(
                "res=0 exe=ls args=-l./tmp. tid=9(ls) pid=9(ls) ptid=7 cwd=<NA> fdlimit=1024 pgft_maj=2 "
                        + "pgft_min=150 vm_size=4000 vm_rss=900 vm_swap=3 comm=ls cgroups=NULL env=A=1.B=2. tty=34816 "
                        + "vpgid=4 loginuid=1001(<NA>) flags=3(EXE_WRITABLE|EXE_UPPER_LAYER) cap_inheritable=1 "
                        + "cap_permitted=2 cap_effective=4 exe_ino=99 exe_ino_ctime=1970-01-01 00:00:00.000000010 "
                        + "exe_ino_mtime=1970-01-01 00:00:00.000000020 uid=1000(<NA>) trusted_exepath=/usr/bin/ls pgid=9(ls) "
                        + "gid=100(<NA>) filename=/bin/ls",
                shown.field(scene, "evt.args"));
        assertEquals("execve", shown.field(scene, "evt.type"));
        assertEquals("/usr/bin/ls", shown.field(scene, "proc.exepath"));
        assertEquals("ls -l /tmp", shown.field(scene, "proc.cmdline"));
        assertEquals("1", shown.field(scene, "proc.is_exe_upper_layer"));
        assertEquals("A=1 B=2", shown.field(scene, "proc.env"));
    }

    @Test
    void a_program_of_a_memfd_has_no_place_in_the_file_system() {
        var scene = shown.scene(Records.exec().words("x").program("memfd:x", 99, 0, true, 10, 20));
        assertEquals("memfd:x", shown.field(scene, "proc.exepath"));
        assertEquals("1", shown.field(scene, "proc.is_exe_from_memfd"));
    }

    @Test
    void arguments_that_were_cut_still_end() {
        var scene = shown.scene(Records.exec()
                .section(LiveRecord.WORDS, bytes("sh\0-c\0very lo"), 4000)
                .program("/bin/sh", 1, 0, false, 1, 1));
        assertEquals("sh -c very lo", shown.field(scene, "proc.cmdline"));
    }

    @Test
    void a_program_that_could_not_be_run_is_told_by_what_was_asked_for() {
        var event = shown.event(call("execve")
                .result(-2)
                .by(9, 7, "sh")
                .text(0, "./nothing")
                .data(1, Records.list("nothing", "-x"))
                .data(2, Records.list("A=1")));
        assertEquals(293, event.code());
        assertEquals(-2, event.number(0));
        assertEquals("nothing", event.text(1));
        assertEquals("-x\0", event.raw(2));
        assertEquals("A=1\0", event.raw(15));
        assertEquals(0, event.length(19));
        assertEquals("./nothing", event.text(30));
    }

    @Test
    void the_return_of_an_exec_that_went_well_is_told_by_the_new_program() {
        assertNull(shown.event(call("execve").text(0, "/bin/ls")));
        assertNull(shown.event(call("execveat").text(1, "/bin/ls")));
    }

    @Test
    void a_child_is_told_in_its_own_words() {
        shown.scene(Records.exec().by(9, 7, "sh").words("sh", "-i").program("/bin/sh", 1, 0, false, 1, 1));
        var scene = shown.scene(Records.fork(0x1200011L)
                .at(2_000_000_000L)
                .by(10, 9, "sh")
                .uid(1000, 1000)
                .sessions(9, 9, 9, 9));
        assertEquals(
                "res=0 exe=<NA> args=NULL tid=10(sh) pid=10(sh) ptid=9(sh) cwd=<NA> fdlimit=<NA> pgft_maj=<NA> "
                        + "pgft_min=<NA> vm_size=<NA> vm_rss=<NA> vm_swap=<NA> comm=sh cgroups=NULL "
                        + "flags=25165824(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID) uid=1000 gid=1000 vtid=10(sh) "
                        + "vpid=10(sh) pidns_init_start_ts=<NA>",
                shown.field(scene, "evt.args"));
        assertEquals("clone", shown.field(scene, "evt.type"));
        assertEquals("9", shown.field(scene, "proc.ppid"));
        assertEquals(1024, scene.task().fdLimit(), "what a record does not tell is the parent's");
    }

    @Test
    void a_thread_is_of_its_process_and_a_child_inside_is_marked() {
        var event = shown.event(Records.fork(0x3d0f00L).by(11, 9, 7, "sh"));
        assertEquals(11, event.number(3));
        assertEquals(9, event.number(4));
        assertEquals(1 << 13, event.number(15) & 1 << 13);
        assertEquals(0, event.number(15) & 1 << 29);
        event = shown.event(Records.fork(0x11).by(12, 9, "sh").inside(2, 2));
        assertEquals(1 << 29, event.number(15) & 1 << 29);
        assertEquals(2, event.number(18));
    }

    /// A child returns from the call that made it, too; seen on a running kernel as a second birth.
    @Test
    void the_return_of_a_clone_in_the_child_is_told_by_its_birth() {
        assertNull(shown.event(call("clone").by(10, 9, "sh")));
        assertNull(shown.event(call("clone3").by(10, 9, "sh").longs(0, 0)));
    }

    @Test
    void a_parent_is_told_of_its_child_by_the_call_it_made() {
        var event = shown.event(call("clone3").result(12).longs(0, 0x10000100L));
        assertEquals(335, event.code());
        assertEquals(12, event.number(0));
        assertEquals(1 << 20 | 1 << 15, event.number(15));
    }

    @Test
    void an_end_is_told_with_its_status_or_its_signal() {
        shows("procexit status=256 ret=1 sig=0 core=0 reaper_tid=-1", Records.exit(1 << 8));
        shows("procexit status=139 ret=0 sig=11(SIGSEGV) core=1 reaper_tid=-1", Records.exit(139));
    }

    @Test
    void acts_on_other_tasks_are_told() {
        shows("kill res=0 pid=-1 sig=9(SIGKILL)", call("kill").args(-1, 9));
        shows("tgkill res=0 pid=5 tid=6 sig=15(SIGTERM)", call("tgkill").args(5, 6, 15));
        shows(
                "ptrace res=0 addr=0 data=0 request=11(PTRACE_ATTACH) pid=5",
                call("ptrace").args(16, 5, 0, 0));
        shows(
                "ptrace res=0 addr=1000 data=ABCD request=5(PTRACE_POKETEXT) pid=5",
                call("ptrace").args(4, 5, 0x1000, 0xabcd));
        shows(
                "ptrace res=0 addr=1 data=9(SIGKILL) request=8(PTRACE_CONT) pid=5",
                call("ptrace").args(7, 5, 1, 9));
        shows("setns res=0 fd=3 nstype=16(CLONE_NEWNET)", call("setns").args(3, 0x40000000));
        shows("unshare res=0 flags=1048576(CLONE_NEWUSER)", call("unshare").arg(0, 0x10000000));
        shows(
                "prlimit res=0 newcur=10 newmax=20 oldcur=1 oldmax=2 pid=0 resource=7(RLIMIT_NOFILE)",
                call("prlimit64").args(0, 7).longs(2, 10, 20).longs(3, 1, 2));
        shows(
                "prctl res=0 option=15(PR_SET_NAME) arg2_str=kworker arg2_int=0",
                call("prctl").arg(0, 15).text(1, "kworker"));
        shows(
                "prctl res=0 option=36(PR_SET_CHILD_SUBREAPER) arg2_str=<NA> arg2_int=1",
                call("prctl").args(36, 1));
    }

    @Test
    void who_somebody_becomes_is_told() {
        shows("setuid res=0 uid=0(root)", call("setuid").arg(0, 0));
        shows(
                "setresuid res=-1(EPERM) ruid=-1(<NONE>) euid=0(root) suid=-1(<NONE>)",
                call("setresuid").result(-1).args(-1, 0, -1));
        shows("getuid uid=1000(<NA>)", call("getuid").result(1000));
        shows(
                "capset res=0 cap_inheritable=0 cap_permitted=3FFFFFFFF cap_effective=1",
                call("capset").capabilities(0, 0x3ffffffffL, 1));
    }

    @Test
    void the_kernel_itself_is_told_of() {
        shows(
                "bpf fd=5(<b>) cmd=5(BPF_PROG_LOAD)",
                call("bpf").result(5).arg(0, 5).by(72, 1, "x"));
        shows(
                "init_module res=0 img=.ELF length=4096 uargs=a=1",
                call("init_module").arg(1, 4096).data(0, bytes("\u007fELF")).text(2, "a=1"));
        shows(
                "finit_module res=0 fd=3 uargs= flags=4(MODULE_INIT_COMPRESSED_FILE)",
                call("finit_module").args(3, 0, 4).text(1, ""));
        shows(
                "delete_module res=0 name=x flags=2(O_NONBLOCK)",
                call("delete_module").arg(1, 0x800).text(0, "x"));
        shows(
                "mmap res=0 vm_size=<NA> vm_rss=<NA> vm_swap=<NA> addr=0 length=4096 "
                        + "prot=7(PROT_READ|PROT_WRITE|PROT_EXEC) flags=10(MAP_PRIVATE|MAP_ANONYMOUS) fd=-1(EPERM) offset=0",
                call("mmap").args(0, 4096, 7, 0x22, -1, 0));
        shows(
                "io_uring_setup res=3 entries=8 sq_entries=8 cq_entries=16 flags=2(IORING_SETUP_SQPOLL) "
                        + "sq_thread_cpu=0 sq_thread_idle=0 features=1(IORING_FEAT_SINGLE_MMAP)",
                call("io_uring_setup").result(3).arg(0, 8).ints(1, 8, 16, 2, 0, 0, 1));
        shows("seccomp res=0 op=1 flags=0", call("seccomp").args(1, 0));
        shows(
                "keyctl res=5 operation=1(KEYCTL_JOIN_SESSION_KEYRING) arg2=ring arg3=0 arg4=0 arg5=0",
                call("keyctl").result(5).arg(0, 1).text(1, "ring"));
    }

    @Test
    void a_call_without_an_event_of_its_own_is_told_by_its_name() {
        shows("acct", call("acct"));
        var event = shown.event(call("acct"));
        assertEquals(id("acct"), event.number(0));
        assertEquals(163, event.number(1));
        shows("perf_event_open", call("perf_event_open"));
    }

    private static int id(String name) {
        return CallTable.current().byIndex(Records.index(name)).syscallId();
    }

    // The 32-bit entry

    @Test
    void a_call_by_the_32_bit_entry_is_the_same_call() {
        shows(
                "openat fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=/a flags=1(O_RDONLY) mode=0 dev=0 ino=0",
                call("openat")
                        .result(0xfffffffeL)
                        .args(0xffffff9cL, 1, 0)
                        .text(1, "/a")
                        .compat());
    }

    @Test
    void longs_of_a_32_bit_caller_have_four_bytes() {
        shows(
                "setrlimit res=0 cur=5 max=6 resource=7(RLIMIT_NOFILE)",
                call("setrlimit").arg(0, 7).ints(1, 5, 6).compat());
        shows(
                "nanosleep res=0 interval=1500000000(1.5s)",
                call("nanosleep").ints(0, 1, 500_000_000).compat());
        shows(
                "pread res=1 data=x fd=3 size=1 pos=4294967303",
                call("pread64")
                        .result(1)
                        .args(3, 0, 1, 7, 1)
                        .data(1, bytes("x"))
                        .compat());
    }

    @Test
    void a_large_address_of_a_32_bit_caller_is_no_error() {
        var event = shown.event(call("brk").result(0xf7000000L).compat());
        assertEquals(0xf7000000L, event.number(0));
    }

    // What is not told

    @Test
    void a_call_that_nobody_knows_is_counted() {
        assertFalse(shown.events.fill(Records.call(511).record(), new Event(), 1));
        assertFalse(shown.events.fill(Records.call(1 << 30).record(), new Event(), 1));
        assertEquals(2, shown.events.unknown());
    }
}
