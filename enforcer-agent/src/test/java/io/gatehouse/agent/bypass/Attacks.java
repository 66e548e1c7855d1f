// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static io.gatehouse.agent.bypass.Worth.KILLED;
import static io.gatehouse.agent.bypass.Worth.KILLED_LATE;
import static io.gatehouse.agent.bypass.Worth.PREVENTED;
import static io.gatehouse.agent.bypass.Worth.REPORTED;
import static io.gatehouse.agent.bypass.Worth.UNSEEN;
import static io.gatehouse.agent.enforce.RuntimeRule.BIND;
import static io.gatehouse.agent.enforce.RuntimeRule.BPF;
import static io.gatehouse.agent.enforce.RuntimeRule.CAPABILITIES;
import static io.gatehouse.agent.enforce.RuntimeRule.CONNECT;
import static io.gatehouse.agent.enforce.RuntimeRule.DEVICES;
import static io.gatehouse.agent.enforce.RuntimeRule.INTERPRETERS;
import static io.gatehouse.agent.enforce.RuntimeRule.IO_URING;
import static io.gatehouse.agent.enforce.RuntimeRule.LISTEN;
import static io.gatehouse.agent.enforce.RuntimeRule.MEMORY;
import static io.gatehouse.agent.enforce.RuntimeRule.MODULES;
import static io.gatehouse.agent.enforce.RuntimeRule.MOUNTS;
import static io.gatehouse.agent.enforce.RuntimeRule.NAMESPACES;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_ALLOW;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_FROM_IMAGE;
import static io.gatehouse.agent.enforce.RuntimeRule.PTRACE;
import static io.gatehouse.agent.enforce.RuntimeRule.READ_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_ROOT;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_VOLUMES;

import io.gatehouse.agent.enforce.RuntimeRule;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Every attack, and what must hold against it.
final class Attacks {
    /// The weaknesses of node enforcers that attacks make use of, by number.
    static final SequencedMap<Integer, String> STORIES = stories();

    /// Stories that no act in a container shows, each with the reason.
    static final SequencedMap<Integer, String> ELSEWHERE = elsewhere();

    private static final String NAMES = "what a changed name leads to is looked up after the call";

    private static final String NOT_THE_ROOT = "changes of names are only looked up on the root file system";

    private static final String OLD_PERSONALITY =
            "not every kernel lets a program answer for personality(2); there its caller is ended";

    private static final String NO_DEVICES = "devices have no stand-in";

    static final List<Attack> ALL = all();

    private Attacks() {}

    private static SequencedMap<Integer, String> stories() {
        var stories = new TreeMap<Integer, String>();
        stories.put(1, "Memory that changes between the look and the call");
        stories.put(2, "A kill that comes after the act");
        stories.put(3, "Hard links");
        stories.put(4, "Renames of the file or of a directory above it");
        stories.put(5, "A second mount of the same files");
        stories.put(6, "Another root directory");
        stories.put(7, "Namespaces of one's own");
        stories.put(8, "Another cgroup");
        stories.put(9, "Deep directories");
        stories.put(10, "Long paths");
        stories.put(11, "Scripts and interpreters");
        stories.put(12, "Loaders and libraries");
        stories.put(13, "Programs that have no name");
        stories.put(14, "Code in memory, own and others'");
        stories.put(15, "Writing through a mapping");
        stories.put(16, "Changing a file without write");
        stories.put(17, "Attributes");
        stories.put(18, "io_uring");
        stories.put(19, "32-bit and x32 system calls");
        stories.put(20, "Descriptors from elsewhere or from before");
        stories.put(21, "Whose child it is, and what it is called");
        stories.put(22, "The start of a container");
        stories.put(23, "Floods");
        stories.put(24, "The agent itself");
        stories.put(25, "The kernel itself");
        stories.put(26, "Buffers shared by programs that interrupt each other");
        stories.put(27, "Symbolic links");
        stories.put(28, "Other names: /proc/self/root, numbers of open files, file handles");
        stories.put(29, "Where a connection goes");
        stories.put(30, "Locked-down kernels");
        return stories;
    }

    private static SequencedMap<Integer, String> elsewhere() {
        var stories = new TreeMap<Integer, String>();
        stories.put(
                2,
                "It is every row: what was only killed late is called so, and where LSM decides nothing but `prevented`"
                        + " is let pass.");
        stories.put(
                26,
                "Programs here keep what they decide by on their own stack and in a record of the ring that is theirs"
                        + " alone; the floods of story 23 run them in each other's way.");
        stories.put(
                30,
                "The agent uses no helper that a locked-down kernel withholds; the table has a column for a kernel that"
                        + " is locked down, and refuses LSM programs besides.");
        return stories;
    }

    private static List<Attack> all() {
        var all = Stream.of(root(), code(), list(), data(), node(), net())
                .flatMap(List::stream)
                .toList();
        var names = new HashSet<String>();
        for (var attack : all) {
            if (!names.add(attack.scene() + attack.name())) {
                throw new IllegalStateException("two attacks are called " + attack.name());
            }
        }
        return all;
    }

    // ---- the root file system

    private static List<Attack> root() {
        return List.of(
                root(16, "write", "opens a file and writes", "write").without(KILLED),
                root(16, "create", "makes a file", "create").without(KILLED),
                root(16, "create-2", "makes a file by openat2", "create-openat2")
                        .without(KILLED),
                root(16, "creat", "empties a file by creat", "creat").without(KILLED),
                root(16, "o-trunc", "empties a file as it opens it", "open-trunc")
                        .without(KILLED),
                root(16, "o-trunc-read", "empties a file that it opens for reading", "open-trunc-reading")
                        .without(UNSEEN, "the open file says nothing of it afterwards"),
                root(16, "truncate", "shortens a file by name", "truncate").without(KILLED_LATE),
                root(16, "tmpfile", "makes a file without a name, and gives it one", "tmpfile-link")
                        .without(KILLED),
                root(16, "mkdir", "makes a directory", "mkdir").without(KILLED_LATE),
                root(16, "mkfifo", "makes a pipe", "mkfifo").without(KILLED_LATE),
                root(16, "bind-name", "makes a name by binding a socket to it", "socket-name")
                        .without(UNSEEN, "no call that changes names"),
                root(16, "symlink", "makes a symbolic link", "symlink").without(KILLED_LATE),
                root(16, "unlink", "removes a file", "unlink").without(KILLED_LATE),
                root(16, "rmdir", "removes a directory", "rmdir").without(KILLED_LATE),
                root(4, "rename", "renames a file", "rename").without(KILLED_LATE),
                root(4, "exchange", "lets two files change places", "rename-exchange")
                        .without(KILLED_LATE),
                root(4, "whiteout", "renames a file and leaves a whiteout", "rename-whiteout,/etc/whitened")
                        .without(KILLED_LATE),
                root(
                                4,
                                "parent",
                                "renames the directory and writes under the new name",
                                "rename-parent-write,/opt/moving")
                        .without(KILLED),
                root(3, "link", "links a file into a directory that may be written, and writes there", "link-write")
                        .without(KILLED_LATE, NAMES),
                root(3, "link-fd", "links a file by its descriptor", "link-descriptor")
                        .without(KILLED_LATE),
                root(17, "chmod", "changes a mode", "chmod").without(KILLED_LATE),
                root(17, "fchmod", "changes the mode of an open file", "fchmod").without(KILLED_LATE),
                root(17, "fchmodat2", "changes a mode by the newest call for it", "fchmodat2")
                        .without(KILLED_LATE),
                root(17, "chown", "changes an owner", "chown").without(KILLED_LATE),
                root(17, "fchownat", "changes the owner of an open file", "fchownat")
                        .without(KILLED_LATE),
                root(17, "utimes", "changes times", "utimes").without(KILLED_LATE),
                root(17, "setxattr", "sets an extended attribute", "setxattr").without(KILLED_LATE),
                root(17, "setcap", "gives a program capabilities", "set-file-capability,/opt/third")
                        .without(KILLED_LATE),
                root(17, "setacl", "sets an access list", "set-acl").without(KILLED_LATE),
                root(17, "setflags", "sets a file's flags", "set-flags").without(UNSEEN, "ioctl is not looked at"),
                root(17, "fssetxattr", "sets a file's extended flags", "set-extended-flags")
                        .without(UNSEEN, "ioctl is not looked at"),
                root(17, "file-setattr", "sets a file's flags by the newest call for it", "file-setattr")
                        .without(UNSEEN, "the call is not known"),
                root(28, "proc-root", "writes by /proc/self/root", "proc-root-write")
                        .without(KILLED),
                root(28, "proc-1-root", "writes by /proc/1/root", "proc-one-root-write")
                        .without(KILLED),
                root(28, "reopen", "opens for nothing, and by /proc/self/fd for writing", "reopen-write")
                        .without(KILLED),
                root(28, "handle", "opens by a file handle", "handle-write").without(KILLED),
                root(27, "symlink-write", "writes by a symbolic link on a volume", "symlink-write")
                        .without(KILLED),
                root(27, "race-link", "writes by a symbolic link that another thread swaps", "race-link")
                        .without(KILLED),
                root(1, "race-text", "opens a name that another thread changes meanwhile", "race-text")
                        .without(KILLED),
                root(9, "deep", "makes a file 100 directories down", "deep-create")
                        .without(KILLED),
                root(10, "long", "makes a file 5,000 characters down", "long-create")
                        .without(KILLED),
                root(6, "chroot", "changes root, and writes", "chroot-write").without(KILLED),
                root(5, "bind", "mounts a directory a second time, and writes there", "bind-alias")
                        .without(KILLED),
                root(5, "open-tree", "writes in a mount that has no place", "open-tree-write")
                        .without(KILLED),
                root(7, "mnt-ns", "takes mounts of its own, and writes", "namespace-write")
                        .without(KILLED),
                root(7, "user-ns", "takes users and mounts of its own, and writes", "user-namespace-write")
                        .without(KILLED),
                root(
                                8,
                                "cgroup",
                                "moves to a cgroup of its own making, beside the container's, and writes",
                                "cgroup-write")
                        .without(KILLED),
                root(8, "cgroup-top", "moves to the topmost cgroup, and writes", "cgroup-write,top")
                        .without(KILLED),
                root(18, "uring", "opens and writes by io_uring", "uring-write")
                        .without(UNSEEN, "io_uring is no system call"),
                root(18, "uring-async", "the same by a thread of the kernel's", "uring-write-async")
                        .without(UNSEEN, "io_uring is no system call"),
                root(18, "uring-poll", "the same without a call at all", "uring-write-polling")
                        .without(UNSEEN, "io_uring is no system call"),
                root(18, "uring-unlink", "removes a file by io_uring", "uring-unlink")
                        .without(UNSEEN, "io_uring is no system call"),
                root(18, "uring-mkdir", "makes a directory by io_uring", "uring-mkdir")
                        .without(UNSEEN, "io_uring is no system call"),
                root(19, "compat", "opens and writes by 32-bit calls", "compat-write")
                        .without(KILLED),
                root(19, "compat-mkdir", "makes a directory by a 32-bit call", "compat-mkdir")
                        .without(KILLED_LATE),
                root(19, "compat-unlink", "removes a file by a 32-bit call", "compat-unlink")
                        .without(KILLED_LATE),
                root(19, "x32", "opens and writes by x32 calls", "x32-write").without(KILLED),
                held(16, "held-write", "writes", "held-write"),
                held(16, "held-pwritev", "writes by pwritev", "held-pwritev"),
                held(16, "held-ftruncate", "shortens it", "held-ftruncate")
                        .without(REPORTED, "told after the call, and ended where it is still there"),
                held(16, "held-fallocate", "makes it longer", "held-fallocate"),
                held(16, "held-copy", "copies a range into it", "held-copy-range"),
                held(16, "held-clone", "shares another's blocks into it", "held-clone-range"),
                held(16, "held-splice", "splices a pipe into it", "held-splice"),
                held(16, "held-vmsplice", "splices memory into it", "held-vmsplice"),
                held(16, "held-sendfile", "sends another file into it", "held-sendfile"),
                held(15, "held-map", "maps it and stores", "held-map-shared"),
                held(15, "held-map-later", "maps it for reading, then makes that writable", "held-map-shared-later"),
                held(18, "held-uring", "writes by io_uring", "held-uring-write"),
                root(20, "received", "writes to a file that was opened outside and sent to it", "received-write")
                        .without(UNSEEN, "that a file is received is not looked at"),
                root(20, "received-map", "maps a file that was opened outside and sent to it", "received-map")
                        .without(UNSEEN, "that a file is received is not looked at"),
                root(23, "flood", "writes while it fills the ring with other refusals", "flood")
                        .without(KILLED),
                root(22, "first-write", "writes as the first thing that the container does", "write")
                        .without(KILLED),
                innocent("ok-create", "makes a file where it may", Scene.ROOT, "create,/var/cache/app"),
                innocent("ok-mkdir", "makes a directory where it may", Scene.ROOT, "mkdir,/var/cache/app"),
                innocent("ok-volume", "makes a file on a volume", Scene.ROOT, "create,/data"),
                innocent("ok-memory", "makes a file in memory", Scene.ROOT, "create,/tmp"),
                innocent("ok-read", "reads a file of the image", Scene.ROOT, "read"));
    }

    private static Attack root(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.ROOT, act, WRITE_ROOT);
    }

    /// By a descriptor from before the policy.
    private static Attack held(int story, String name, String what, String act) {
        return attack(
                        story == 16 ? 20 : story,
                        name,
                        "has had a file open since before the policy, and " + what,
                        Scene.ROOT,
                        act,
                        WRITE_ROOT)
                .without(UNSEEN, "an open file is not looked at again");
    }

    // ---- programs and code

    private static List<Attack> code() {
        return List.of(
                code(21, "exec", "runs a program that was dropped", "exec"),
                code(13, "exec-volume", "runs a program from a volume", "exec-volume"),
                code(13, "exec-memory", "runs a program from a file system in memory", "exec-volume,/tmp"),
                code(13, "exec-fd", "runs a dropped program by its descriptor", "exec-descriptor"),
                code(28, "exec-proc-fd", "runs a dropped program by /proc/self/fd", "exec-proc-fd"),
                code(27, "exec-link", "runs a dropped program by a symbolic link", "exec-link"),
                code(3, "exec-hard-link", "runs a dropped program by a new name", "exec-hard-link"),
                code(13, "memfd", "runs a program that lies in memory only", "exec-memfd"),
                code(13, "memfd-proc", "the same by /proc/self/fd", "exec-memfd-proc"),
                code(13, "tmpfile-exec", "runs a program that never had a name", "exec-tmpfile"),
                code(13, "deleted", "runs a program that has no name any more", "exec-deleted"),
                code(13, "changed", "changes a program of the image, and runs it", "exec-changed,/opt/third"),
                code(21, "orphan", "runs a dropped program as an orphan", "exec-orphan"),
                code(
                        20,
                        "received-exec",
                        "runs a program that was opened outside and sent to it",
                        "received-exec,/data/program-holder"),
                code(1, "race-exec", "runs a name that another thread changes meanwhile", "race-exec"),
                code(19, "compat-exec", "runs a dropped program by a 32-bit call", "compat-exec"),
                code(11, "script", "runs a script from a volume", "script")
                        .without(UNSEEN, "of a script only its interpreter is judged"),
                interpreted("script-read", "has the image's shell read a script", "script-read"),
                interpreted("script-source", "has the image's shell read on in another script", "script-source"),
                interpreted(
                                "script-stdin",
                                "has the image's shell read a script from its standard input",
                                "script-stdin")
                        .atMost(UNSEEN, "what an interpreter finds open when it starts is not its opening"),
                interpreted(
                        "script-memfd", "has the image's shell read a script that lies in memory only", "script-memfd"),
                interpreted("script-awk", "has another interpreter of the image read a script", "script-awk"),
                mapped(
                        12,
                        "loader",
                        "gives a dropped program to the image's loader",
                        "loader,/opt/ld.so,/data/dynamic"),
                mapped(12, "map", "maps a dropped library", "map-code"),
                mapped(12, "map-shared", "maps a dropped library, shared", "map-code-shared"),
                mapped(
                        12,
                        "map-later",
                        "maps a dropped library for reading, then makes that executable",
                        "protect-code"),
                mapped(12, "map-key", "the same by pkey_mprotect", "protect-code-key"),
                mapped(
                                12,
                                "map-old",
                                "maps a dropped library for reading under an old personality",
                                "map-code-personality")
                        .withLsm(KILLED, OLD_PERSONALITY),
                mapped(13, "map-memfd", "maps code from a file that lies in memory only", "map-memfd"),
                memory("rwx", "takes memory that is writable and executable", "memory-rwx"),
                memory("rx", "fills memory, then makes it executable", "memory-rx"),
                memory("shared-rx", "the same with shared memory", "memory-shared"),
                memory("old-rx", "takes memory for reading under an old personality", "memory-personality")
                        .withLsm(KILLED, OLD_PERSONALITY),
                memory("heap", "makes the heap executable", "memory-heap"),
                memory("stack", "makes the stack executable", "memory-stack"),
                memory(
                        "patched",
                        "changes a page of an image's program in memory, then makes it executable",
                        "memory-changed"),
                memory("sysv", "attaches System V memory as executable", "memory-sysv"),
                attack(19, "compat-rx", "makes memory executable by a 32-bit call", Scene.CODE, "compat-memory", MEMORY)
                        .without(UNSEEN, "memory is not looked at"),
                traced("own-memory", "writes its own code by /proc/self/mem", "own-memory"),
                traced("ptrace", "traces another process", "trace-attach"),
                traced("ptrace-me", "lets itself be traced", "trace-me"),
                traced("poke", "traces another process and writes its code", "trace-poke"),
                traced("vm-write", "writes another's memory by process_vm_writev", "vm-write"),
                traced("vm-read", "reads another's memory by process_vm_readv", "vm-read"),
                traced("other-memory", "writes another's memory by /proc", "other-memory"),
                attack(
                                20,
                                "pidfd-getfd",
                                "takes a descriptor out of another process",
                                Scene.CODE,
                                "take-descriptor",
                                PTRACE)
                        .without(UNSEEN, "not looked at"),
                code(
                        22,
                        "first-exec",
                        "as the first thing that the container does, runs a program from a volume",
                        "exec-volume"),
                attack(
                                21,
                                "forbidden",
                                "runs a program of the image that is forbidden",
                                Scene.CODE,
                                "exec,/opt/image-program",
                                PROCESS_FORBID)
                        .without(KILLED),
                attack(
                                27,
                                "forbidden-link",
                                "runs it by a symbolic link",
                                Scene.CODE,
                                "exec-link,/opt/image-program",
                                PROCESS_FORBID)
                        .without(KILLED),
                attack(
                                28,
                                "forbidden-proc",
                                "runs it by /proc/self/root",
                                Scene.CODE,
                                "exec,/proc/self/root/opt/image-program",
                                PROCESS_FORBID)
                        .without(KILLED),
                attack(
                                28,
                                "forbidden-fd",
                                "runs it by its descriptor",
                                Scene.CODE,
                                "exec-descriptor,/opt/image-program",
                                PROCESS_FORBID)
                        .without(KILLED),
                attack(
                                25,
                                "setuid",
                                "as nobody, runs a program that makes it root",
                                Scene.CODE,
                                "exec-gaining",
                                CAPABILITIES)
                        .without(UNSEEN, "not looked at"),
                attack(
                                7,
                                "user-ns-caps",
                                "as nobody, takes users of its own, and with them every capability",
                                Scene.CODE,
                                "user-namespace-gaining",
                                CAPABILITIES)
                        .without(UNSEEN, "not looked at"),
                innocent("ok-exec", "runs a program of the image", Scene.CODE, "exec,/opt/setuid"),
                innocent("ok-shell", "runs the image's shell", Scene.CODE, "exec-as,/bin/sh,sh,-c,exit 42"));
    }

    private static Attack code(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.CODE, act, PROCESS_FROM_IMAGE).without(KILLED);
    }

    private static Attack mapped(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.CODE, act, PROCESS_FROM_IMAGE)
                .without(UNSEEN, "what a running program maps is not looked at");
    }

    private static Attack interpreted(String name, String what, String act) {
        return attack(11, name, what, Scene.CODE, act, INTERPRETERS)
                .without(UNSEEN, "what is opened for reading is not looked at");
    }

    private static Attack memory(String name, String what, String act) {
        return attack(14, name, what, Scene.CODE, act, MEMORY).without(UNSEEN, "memory is not looked at");
    }

    private static Attack traced(String name, String what, String act) {
        return attack(14, name, what, Scene.CODE, act, PTRACE).without(UNSEEN, "not looked at");
    }

    private static List<Attack> list() {
        return List.of(
                innocent("ok-listed", "runs a program that the list names", Scene.LIST, "exec,/opt/third"),
                listed(
                        21,
                        "unlisted",
                        "runs a program of the image that the list does not name",
                        "exec,/opt/image-program"),
                listed(27, "unlisted-link", "runs it by a symbolic link", "exec-link,/opt/image-program"),
                listed(28, "unlisted-fd", "runs it by its descriptor", "exec-descriptor,/opt/image-program"),
                listed(
                        21,
                        "taken-name",
                        "runs a program that took a listed one's name before the policy came",
                        "exec,/opt/changed"),
                listed(21, "changed-listed", "changes a listed program, and runs it", "exec-changed,/opt/third"),
                listed(13, "listed-copy", "runs a copy of a listed program", "exec-volume"),
                listed(13, "listed-memfd", "runs a copy of a listed program that lies in memory only", "exec-memfd"),
                listed(
                        12,
                        "unlisted-loader",
                        "gives a program to a loader that the list does not name",
                        "loader,/opt/ld.so,/opt/dynamic"));
    }

    private static Attack listed(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.LIST, act, PROCESS_ALLOW).without(KILLED);
    }

    // ---- files that are guarded by name

    private static List<Attack> data() {
        return List.of(
                read(16, "read", "reads it", "read"),
                read(28, "read-proc", "reads it by /proc/self/root", "proc-root-read"),
                read(28, "read-again", "opens it for nothing, and by /proc/self/fd for reading", "reopen-read"),
                read(28, "read-handle", "reads it by a file handle", "handle-read"),
                read(27, "read-symlink", "reads it by a symbolic link", "symlink-read"),
                read(3, "read-link", "gives it a second name, and reads that", "link-read"),
                read(6, "read-chroot", "changes root, and reads it", "chroot-read"),
                read(
                        4,
                        "read-parent",
                        "renames the directory that may not be read, and reads below it",
                        "rename-parent-read,/data/hidden"),
                read(18, "read-uring", "reads it by io_uring", "uring-read")
                        .without(UNSEEN, "io_uring is no system call"),
                attack(
                                20,
                                "read-held",
                                "has had it open since before the policy, and reads it",
                                Scene.DATA,
                                "held-read",
                                READ_FORBID)
                        .without(UNSEEN, "an open file is not looked at again"),
                guarded(16, "guarded", "writes it", "write,/data/protected"),
                guarded(
                        16,
                        "guarded-create",
                        "makes a file in a directory that may not be written",
                        "create,/data/guarded"),
                guarded(
                                16,
                                "guarded-trunc",
                                "empties it as it opens it for reading",
                                "open-trunc-reading,/data/protected")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(16, "guarded-cut", "shortens it by name", "truncate,/data/protected")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(17, "guarded-chmod", "changes its mode", "chmod,/data/protected")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(
                        3,
                        "guarded-link",
                        "gives it a second name, and writes that",
                        "link-write,/data/protected,/data/open"),
                guarded(
                        3,
                        "guarded-alias",
                        "writes it by a second name from before the policy",
                        "write,/data/old-alias"),
                guarded(27, "guarded-symlink", "writes it by a symbolic link", "symlink-write,/data/protected"),
                guarded(4, "guarded-rename", "renames it", "rename,/data/guarded/named,/data/open/taken")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(
                                4,
                                "guarded-replace",
                                "puts another file in its place",
                                "rename,/data/open/other,/data/replaced")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(16, "guarded-unlink", "removes it", "unlink,/data/guarded/removed")
                        .without(UNSEEN, NOT_THE_ROOT),
                guarded(28, "guarded-handle", "writes it by a file handle", "handle-write,/data/guarded/file"),
                guarded(
                        4,
                        "guarded-parent",
                        "renames the directory that may not be written, and writes below it",
                        "rename-parent-write,/data/guarded"),
                attack(
                                5,
                                "undeclared",
                                "writes to a file system that it mounted before the policy",
                                Scene.DATA,
                                "create,/mnt/old",
                                WRITE_VOLUMES)
                        .without(KILLED),
                innocent("ok-other", "writes elsewhere on the volume", Scene.DATA, "create,/data/open"));
    }

    private static Attack read(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.DATA, act, READ_FORBID).without(KILLED);
    }

    private static Attack guarded(int story, String name, String what, String act) {
        return attack(story, name, what, Scene.DATA, act, WRITE_FORBID).without(KILLED_LATE);
    }

    // ---- the node

    private static List<Attack> node() {
        return List.of(
                mounted("mount-tmpfs", "mounts a file system in memory", "mount-tmpfs"),
                mounted("mount-proc", "mounts proc again", "mount-proc"),
                mounted("mount-bind", "mounts a directory a second time", "mount-bind"),
                mounted("mount-move", "moves a mount", "mount-move"),
                mounted("mount-private", "changes how mounts spread", "mount-private"),
                mounted("remount", "changes the flags of a mount", "remount"),
                mounted("remount-rw", "makes a mount writable that was read-only", "remount-writable"),
                mounted("umount", "unmounts", "umount"),
                mounted("mount-setattr", "changes the flags of a mount by the newer call", "mount-setattr"),
                mounted("chroot", "changes root", "chroot"),
                mounted("fsopen", "begins a mount by the newer calls", "fsopen"),
                mounted("fsmount", "makes a mount that has no place, and uses it", "fsmount"),
                mounted("open-tree", "copies a mount", "open-tree"),
                mounted("move-mount", "copies a mount and gives it a place", "move-mount"),
                mounted("overlay", "mounts the image's files under another overlay", "overlay-again"),
                space("unshare-mnt", "takes mounts of its own", "unshare,mnt"),
                space("unshare-user", "takes users of its own", "unshare,user"),
                space("unshare-pid", "takes processes of its own", "unshare,pid"),
                space("unshare-net", "takes a network of its own", "unshare,net"),
                space("unshare-ipc", "takes memory of its own", "unshare,ipc"),
                space("unshare-uts", "takes a host name of its own", "unshare,uts"),
                space("unshare-cgroup", "takes cgroups of its own", "unshare,cgroup"),
                space("unshare-time", "takes a time of its own", "unshare,time"),
                space("clone-user", "has a child with users of its own", "clone,user"),
                space("clone-mnt", "has a child with mounts of its own", "clone,mnt"),
                space("clone3-user", "the same by the newer call", "clone3,user"),
                space("clone3-net", "has a child with a network of its own, by the newer call", "clone3,net"),
                space("setns", "enters a namespace by its file", "setns,uts"),
                space("setns-pidfd", "enters a namespace by a process", "setns-pidfd"),
                space("user-mount", "takes users and mounts of its own, and mounts", "user-namespace-mount"),
                kernel("init-module", "loads a kernel module from memory", "init-module", MODULES),
                kernel("finit-module", "loads a kernel module from a file", "finit-module", MODULES),
                kernel("delete-module", "takes a kernel module out", "delete-module", MODULES),
                kernel("kexec", "loads another kernel", "kexec-load", MODULES),
                kernel("kexec-file", "loads another kernel from a file", "kexec-file-load", MODULES),
                kernel("bpf-map", "makes a BPF map", "bpf-map", BPF),
                kernel("bpf-program", "loads a BPF program", "bpf-program", BPF),
                kernel("bpf-maps", "opens the agent's own maps by their numbers", "bpf-maps-of-others", BPF)
                        .on(24),
                kernel("perf", "opens a counter", "perf-open", BPF),
                kernel("uring-setup", "makes an io_uring", "uring-setup", IO_URING)
                        .on(18),
                kernel("uring-sqpoll", "makes an io_uring that the kernel watches", "uring-setup-polling", IO_URING)
                        .on(18),
                kernel("mknod-block", "makes a block device", "make-device", DEVICES)
                        .without(UNSEEN, NO_DEVICES),
                kernel("mknod-char", "makes a character device", "make-character-device", DEVICES)
                        .without(UNSEEN, NO_DEVICES),
                kernel("open-block", "opens a block device", "open-device", DEVICES)
                        .without(UNSEEN, NO_DEVICES),
                // The last, for where it works nothing is where it was.
                mounted("pivot-root", "changes the root mount", "pivot-root,/mnt/root"));
    }

    private static Attack mounted(String name, String what, String act) {
        return attack(name.equals("chroot") ? 6 : 5, name, what, Scene.NODE, act, MOUNTS)
                .without(KILLED_LATE);
    }

    private static Attack space(String name, String what, String act) {
        return attack(7, name, what, Scene.NODE, act, NAMESPACES).without(KILLED_LATE);
    }

    private static Attack kernel(String name, String what, String act, RuntimeRule rule) {
        return attack(25, name, what, Scene.NODE, act, rule).without(KILLED_LATE);
    }

    // ---- the network

    private static List<Attack> net() {
        return List.of(
                net("connect", "connects", "net-connect", CONNECT),
                net("connect-later", "connects without waiting", "net-connect-nonblocking", CONNECT),
                net("connect-udp", "connects a socket for datagrams", "net-connect-udp", CONNECT),
                net("connect-mapped", "connects by the IPv6 form of the address", "net-connect-mapped", CONNECT),
                net("connect-6", "connects by IPv6", "net-connect,[::1]:9999", CONNECT),
                net("connect-mptcp", "connects by multipath TCP", "net-connect-mptcp", CONNECT),
                net("connect-sctp", "connects by SCTP", "net-connect-sctp", CONNECT),
                net("fastopen", "sends with the first packet, without connect", "net-fastopen", CONNECT),
                net("sendto", "sends a datagram", "net-sendto", CONNECT),
                net("sendmmsg", "sends datagrams many at a time", "net-sendmsg", CONNECT),
                net(
                        "sendto-nofamily",
                        "sends a datagram to an address without a family",
                        "net-sendto-unspecified",
                        CONNECT),
                net(
                        "sendto-mixed",
                        "sends a datagram to an IPv4 address by an IPv6 socket",
                        "net-sendto-mixed",
                        CONNECT),
                net("race-sendto", "sends datagrams to an address that another thread changes", "race-sendto", CONNECT)
                        .on(1),
                net("raw", "opens a raw socket", "net-raw", CONNECT),
                net("raw-send", "sends a packet of its own making", "net-raw-send", CONNECT),
                net("packet", "opens a socket beneath IP", "net-packet", CONNECT)
                        .without(UNSEEN, "sockets beneath IP have no hook of cgroups; take CAP_NET_RAW away"),
                net("uring-connect", "connects by io_uring", "net-uring-connect", CONNECT)
                        .on(18),
                net("compat-connect", "connects by a 32-bit call", "net-compat-connect", CONNECT)
                        .on(19),
                net("bind", "binds a port", "net-bind", BIND),
                net("listen", "binds a port and listens", "net-listen", BIND),
                net("listen-unbound", "listens on a port that the kernel picks", "net-listen-unbound", LISTEN)
                        .without(KILLED),
                innocent("ok-connect", "connects where it may", Scene.NET, "net-connect,127.0.0.1:9"),
                innocent("ok-listen", "listens where it may", Scene.NET, "net-listen,0.0.0.0:9997"));
    }

    private static Attack net(String name, String what, String act, RuntimeRule rule) {
        return attack(29, name, what, Scene.NET, act, rule);
    }

    // ---- what they share

    private static Attack attack(int story, String name, String what, Scene scene, String act, RuntimeRule rule) {
        return new Attack(story, name, what, scene, act, Optional.of(rule), PREVENTED, PREVENTED, "");
    }

    /// What the same policy allows: it must come through everywhere, untold.
    private static Attack innocent(String name, String what, Scene scene, String act) {
        return new Attack(0, name, what, scene, act, Optional.empty(), PREVENTED, PREVENTED, "");
    }
}
