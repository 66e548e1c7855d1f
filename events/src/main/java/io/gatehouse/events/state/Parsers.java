// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Which event is read by whom: the table of contents of this package.
final class Parsers {
    private static final Parser NOTHING = (event, scene) -> {};
    private static final Map<String, EventType> ENTERS = current(Direction.ENTER);
    private static final Map<String, EventType> EXITS = current(Direction.EXIT);

    private final Parser[] byCode = new Parser[EventTable.current().size()];

    Parsers(Machine machine, RecentlyEnded ended) {
        Arrays.fill(byCode, NOTHING);

        var births = new Births(machine, ended);
        exit("clone", births::parse);
        exit("clone3", births::parse);
        exit("fork", births::parse);
        exit("vfork", births::parse);
        var execs = new Execs(machine);
        exit("execve", execs::parse);
        exit("execveat", execs::parse);
        enter("procexit", Ends::parse);

        var questions = new Questions(machine);
        enter("open", questions::path);
        enter("creat", questions::path);
        enter("openat", questions::pathIn);
        enter("openat2", questions::pathIn);
        enter("execve", questions::path);
        enter("execveat", questions::pathIn);
        enter("connect", questions::address);

        var files = new Files(machine);
        exit("open", files::open);
        exit("creat", files::creat);
        exit("openat", files::openat);
        exit("openat2", files::openat2);
        exit("open_by_handle_at", files::openByHandle);

        var descriptors = new Descriptors(machine);
        exit("memfd_create", descriptors::memfd);
        exit("pidfd_open", descriptors::pidfd);
        exit("pidfd_getfd", descriptors::fetched);
        exit("pipe", descriptors::pipe);
        exit("pipe2", descriptors::pipe2);
        exit("eventfd", descriptors.made(DescriptorKind.EVENT));
        exit("eventfd2", descriptors.made(DescriptorKind.EVENT, 1));
        exit("signalfd", descriptors.made(DescriptorKind.SIGNALFD));
        exit("signalfd4", descriptors.made(DescriptorKind.SIGNALFD, 1));
        exit("timerfd_create", descriptors.made(DescriptorKind.TIMERFD, 2));
        exit("inotify_init", descriptors.made(DescriptorKind.INOTIFY));
        exit("inotify_init1", descriptors.made(DescriptorKind.INOTIFY, 1));
        exit("epoll_create", descriptors.made(DescriptorKind.EVENTPOLL));
        exit("epoll_create1", descriptors::epoll);
        exit("bpf", descriptors.made(DescriptorKind.BPF));
        exit("userfaultfd", descriptors.made(DescriptorKind.USERFAULTFD));
        exit("io_uring_setup", descriptors.made(DescriptorKind.IO_URING));
        exit("dup", descriptors::dup);
        exit("dup2", descriptors::dup);
        exit("dup3", descriptors::dup3);
        exit("fcntl", descriptors::control);
        exit("close", descriptors::closed);
        exit("close_range", descriptors::closedRange);

        var sockets = new Sockets(machine);
        exit("socket", sockets::made);
        exit("socketpair", sockets::pair);
        exit("bind", sockets::bound);
        exit("accept", sockets::accepted);
        exit("accept4", sockets::accepted4);
        exit("connect", sockets::connected);
        exit("read", sockets::read);
        exit("readv", sockets::read);
        exit("pread", sockets::read);
        exit("preadv", sockets::read);
        exit("write", sockets::read);
        exit("writev", sockets::read);
        exit("pwrite", sockets::read);
        exit("pwritev", sockets::read);
        exit("recv", sockets.received(4));
        exit("recvfrom", sockets.received(2));
        exit("recvmsg", sockets.received(3));
        exit("recvmmsg", sockets.received(4));
        exit("send", sockets::sent);
        exit("sendto", sockets::sent);
        exit("sendmsg", sockets::sent);
        exit("sendmmsg", sockets::sent);

        exit("chdir", Directories::changed);
        exit("fchdir", Directories::changedByDescriptor);
        exit("getcwd", Directories::asked);
        exit("chroot", Directories::rootChanged);

        var credentials = new Credentials(machine);
        exit("setuid", credentials.user(1));
        exit("setreuid", credentials.user(2));
        exit("setresuid", credentials.user(2));
        exit("setgid", credentials.group(1));
        exit("setregid", credentials.group(2));
        exit("setresgid", credentials.group(2));
        exit("capset", Credentials::capabilities);
        exit("unshare", Credentials::unshared);
        exit("setns", Credentials::joinedNamespace);
        exit("setsid", Credentials::session);
        exit("prctl", Credentials::processControl);

        var memory = new Memory(machine);
        exit("brk", memory::mapped);
        exit("mmap", memory::mapped);
        exit("mmap2", memory::mapped);
        exit("munmap", memory::mapped);
        enter("switch", memory::switched);
        exit("getrlimit", memory::limited);
        exit("setrlimit", memory::limited);
        exit("prlimit", memory::limitedOther);

        var containers = new ContainerNews(machine);
        enter("container", containers::container);
        enter("asyncevent", containers::asynchronous);
        var accounts = new AccountNews(machine);
        enter("useradded", accounts::userAdded);
        enter("userdeleted", accounts::userDeleted);
        enter("groupadded", accounts::groupAdded);
        enter("groupdeleted", accounts::groupDeleted);
    }

    Parser of(int code) {
        return byCode[code];
    }

    private void exit(String name, Parser parser) {
        byCode[current(name, Direction.EXIT).code()] = parser;
    }

    private void enter(String name, Parser parser) {
        byCode[current(name, Direction.ENTER).code()] = parser;
    }

    private static EventType current(String name, Direction direction) {
        var type = (direction == Direction.EXIT ? EXITS : ENTERS).get(name);
        if (type == null) {
            throw new IllegalStateException("the event table has no " + direction + " of " + name);
        }
        return type;
    }

    /// Today's form of each event, the last of several codes; older forms are changed into it before they
    /// come here.
    private static Map<String, EventType> current(Direction direction) {
        var current = new HashMap<String, EventType>();
        for (var type : EventTable.current().all()) {
            boolean old = direction == Direction.EXIT && type.is(Trait.OLD_VERSION);
            if (type.direction() == direction && !old && !type.is(Trait.UNUSED)) {
                current.put(type.name(), type);
            }
        }
        return current;
    }
}
