// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.DescriptorKind;
import io.gatehouse.events.state.KernelFacts;
import io.gatehouse.events.state.KernelFacts.Socket;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// The open files and sockets that a record describes, as descriptors of the task.
///
/// What is known by an event under the same number and is the same object (device and inode) keeps the name it was
/// asked for by; anything else gets the kernel's own. So a number that was closed and used again unseen is never taken
/// for what it was.
final class LiveDescriptors {
    private static final int FILE_BYTES = 48;
    private static final int SOCKET_BYTES = 72;

    private static final int TYPE_MASK = 0xf000;
    private static final int IS_FIFO = 0x1000;
    private static final int IS_DIRECTORY = 0x4000;

    private static final int UNIX = 1;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;

    private static final byte[] MEMFD = "memfd:".getBytes(StandardCharsets.ISO_8859_1);
    /// Calls that give a socket its ends: before them it is told without.
    private static final boolean[] NAMES_SOCKET = LiveState.ends(Set.of("connect", "bind"));

    /// Inodes without a path, by the start of their name.
    private enum Anonymous {
        EVENTPOLL("[eventpoll]", DescriptorKind.EVENTPOLL),
        EVENT("[eventfd]", DescriptorKind.EVENT),
        SIGNAL("[signalfd]", DescriptorKind.SIGNALFD),
        TIMER("[timerfd]", DescriptorKind.TIMERFD),
        INOTIFY("inotify", DescriptorKind.INOTIFY),
        BPF("bpf", DescriptorKind.BPF),
        USERFAULT("[userfaultfd]", DescriptorKind.USERFAULTFD),
        IO_URING("[io_uring]", DescriptorKind.IO_URING),
        PIDFD("[pidfd]", DescriptorKind.PIDFD),
        PIDFS("pidfd", DescriptorKind.PIDFD),
        PIPE("pipe", DescriptorKind.PIPE);

        private static final Anonymous[] ALL = values();
        private final byte[] start;
        private final DescriptorKind kind;

        Anonymous(String start, DescriptorKind kind) {
            this.start = start.getBytes(StandardCharsets.ISO_8859_1);
            this.kind = kind;
        }

        static DescriptorKind kindOf(byte[] bytes, int at) {
            for (var each : ALL) {
                if (startsWith(bytes, at, each.start)) {
                    return each.kind;
                }
            }
            return DescriptorKind.UNSUPPORTED;
        }
    }

    private final KernelFacts facts;

    LiveDescriptors(KernelFacts facts) {
        this.facts = facts;
    }

    /// Puts what the call started from, before the event is applied.
    void given(LiveRecord record, Event event, Task task) {
        for (int argument = 0; argument < LiveRecord.RESULT; argument++) {
            int file = LiveRecord.FILE + argument;
            int socket = LiveRecord.SOCKET + argument;
            if (record.length(file) >= FILE_BYTES) {
                file(record, record.offset(file), record.length(file), task);
            } else if (record.length(socket) >= SOCKET_BYTES) {
                socket(record, record.offset(socket), record.length(socket), task, NAMES_SOCKET[event.code()]);
            }
        }
    }

    /// Completes what the event made, and says what path the file has that the scene is about.
    void returned(LiveRecord record, Scene scene) {
        int file = LiveRecord.FILE + LiveRecord.RESULT;
        int socket = LiveRecord.SOCKET + LiveRecord.RESULT;
        if (record.length(file) >= FILE_BYTES) {
            file(record, record.offset(file), record.length(file), scene.task());
        } else if (record.length(socket) >= SOCKET_BYTES) {
            socket(record, record.offset(socket), record.length(socket), scene.task(), true);
        }
        resolve(record, scene);
    }

    // Files

    private void file(LiveRecord record, int at, int length, Task task) {
        int number = record.u32(at);
        if (number < 0) {
            return; // the working directory, or none
        }
        int names = at + FILE_BYTES;
        int size = length - FILE_BYTES;
        var kind = kind(record, at, names, size);
        int device = device(record.u32(at + 8));
        long inode = record.i64(at + 16);
        var known = task.descriptor(number);
        if (known != null && isSame(known, kind, device, inode)) {
            if (known.inode() == 0) {
                identify(record, at, known, device, inode);
            }
            return;
        }
        var name = name(record, at, names, size, kind);
        var made = facts.file(task, number, kind, name, record.u32(at + 12));
        if (made != null) {
            identify(record, at, made, device, inode);
        }
    }

    private static boolean isSame(Descriptor known, DescriptorKind kind, int device, long inode) {
        boolean fits = known.kind() == kind || hasPath(known.kind()) && hasPath(kind);
        return fits && (known.inode() == 0 || known.inode() == inode && known.device() == device);
    }

    private static boolean hasPath(DescriptorKind kind) {
        return kind.isFile() || kind == DescriptorKind.DIRECTORY || kind == DescriptorKind.PIPE;
    }

    private void identify(LiveRecord record, int at, Descriptor descriptor, int device, long inode) {
        int layer = record.bytes()[at + 28];
        facts.identify(descriptor, device, inode, layer == 1, layer == 2);
    }

    /// From the kernel's own encoding to the one of user space, which events have.
    private static int device(int kernel) {
        int major = kernel >>> 20;
        int minor = kernel & 0xfffff;
        return minor & 0xff | major << 8 | (minor & ~0xff) << 12;
    }

    private static DescriptorKind kind(LiveRecord record, int at, int names, int size) {
        int type = record.u32(at + 4) & TYPE_MASK;
        if (type == IS_DIRECTORY) {
            return DescriptorKind.DIRECTORY;
        }
        if (type == IS_FIFO) {
            return DescriptorKind.PIPE;
        }
        if (isMemory(record, at, names, size)) {
            return DescriptorKind.MEMFD;
        }
        return hasNoPath(record, names, size) ? Anonymous.kindOf(record.bytes(), at + 32) : DescriptorKind.FILE_V2;
    }

    /// It has no place in any directory: its one name starts so, and it was never linked.
    private static boolean isMemory(LiveRecord record, int at, int names, int size) {
        if (record.bytes()[at + 29] == 0) {
            return false;
        }
        return startsWith(record.bytes(), at + 32, MEMFD)
                || size > MEMFD.length && startsWith(record.bytes(), names, MEMFD) && isOnePart(record, names, size);
    }

    private static boolean isOnePart(LiveRecord record, int names, int size) {
        for (int i = 0; i < size - 1; i++) {
            if (record.bytes()[names + i] == 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasNoPath(LiveRecord record, int names, int size) {
        return size == 0 || size == 1 && record.bytes()[names] == 0;
    }

    private static String name(LiveRecord record, int at, int names, int size, DescriptorKind kind) {
        if (kind == DescriptorKind.MEMFD) {
            boolean inNames = size > MEMFD.length;
            int start = (inNames ? names : at + 32) + MEMFD.length;
            return record.text(start, inNames ? size - MEMFD.length : 16 - MEMFD.length);
        }
        if (kind != DescriptorKind.DIRECTORY && hasNoPath(record, names, size)) {
            return "";
        }
        return isCut(record, at, names, size) ? Names.TOO_LONG : Names.path(record.bytes(), names, size);
    }

    private static boolean isCut(LiveRecord record, int at, int names, int size) {
        return record.bytes()[at + 30] != 0 || !Names.areWhole(record.bytes(), names, size);
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] start) {
        for (int i = 0; i < start.length; i++) {
            if (at + i >= bytes.length || bytes[at + i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    private void resolve(LiveRecord record, Scene scene) {
        long number = scene.descriptorNumber();
        if (number < 0) {
            return;
        }
        for (int argument = LiveRecord.RESULT; argument >= 0; argument--) {
            int tag = LiveRecord.FILE + argument;
            if (record.length(tag) >= FILE_BYTES && record.u32(record.offset(tag)) == number) {
                resolve(record, record.offset(tag), record.length(tag), scene);
                return;
            }
        }
    }

    private void resolve(LiveRecord record, int at, int length, Scene scene) {
        int names = at + FILE_BYTES;
        int size = length - FILE_BYTES;
        var descriptor = scene.descriptor();
        boolean isDirectory = (record.u32(at + 4) & TYPE_MASK) == IS_DIRECTORY;
        if (descriptor == null
                || !hasPath(descriptor.kind())
                || !isDirectory && hasNoPath(record, names, size)
                || isCut(record, at, names, size)
                || Names.say(record.bytes(), names, size, descriptor.name())) {
            return;
        }
        facts.resolve(Names.path(record.bytes(), names, size));
    }

    // Sockets

    /// @param hasEndsToCome the event tells the ends, or it made the socket and has told them
    private void socket(LiveRecord record, int at, int length, Task task, boolean hasEndsToCome) {
        int number = record.u32(at);
        if (number < 0) {
            return;
        }
        long inode = record.i64(at + 16);
        var known = task.descriptor(number);
        boolean same = known != null && isSocket(known) && (known.inode() == inode || known.inode() == 0);
        if (same && (hasEndsToCome || !bringsNews(record, at, length, known))) {
            if (known.inode() == 0) {
                facts.identify(known, 0, inode, false, false);
            }
            return;
        }
        var made = facts.socket(task, number, read(record, at, length, hasEndsToCome), same ? known : null);
        if (made != null) {
            facts.identify(made, 0, inode, false, false);
        }
    }

    private static boolean isSocket(Descriptor known) {
        return known.kind().isInternet()
                || known.kind() == DescriptorKind.UNIX_SOCKET
                || known.kind() == DescriptorKind.NETLINK
                || known.kind() == DescriptorKind.UNKNOWN;
    }

    /// Whether a known socket has another far end than it had, or one at last.
    private static boolean bringsNews(LiveRecord record, int at, int length, Descriptor known) {
        int family = record.u16(at + 4);
        if (family == UNIX) {
            return known.name().isEmpty() && length > SOCKET_BYTES && record.bytes()[at + SOCKET_BYTES] != 0;
        }
        int port = record.u16(at + 12);
        if (family != IPV4 && family != IPV6 || port == 0) {
            return false; // it has none
        }
        if (known.name().isEmpty()) {
            return true;
        }
        return !isEnd(record, at + 40, port, known.destinationAddress(), known.destinationPort())
                && !isEnd(record, at + 40, port, known.sourceAddress(), known.sourcePort());
    }

    /// An IPv4 address stands at the end of an IPv6 one that is mapped, and else at its start.
    private static boolean isEnd(LiveRecord record, int at, int port, String address, int knownPort) {
        if (address == null || port != knownPort) {
            return false;
        }
        return says(record, at, address) || address.length() == 4 && says(record, at + 12, address);
    }

    private static boolean says(LiveRecord record, int at, String address) {
        for (int i = 0; i < address.length(); i++) {
            if ((record.bytes()[at + i] & 0xff) != address.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static Socket read(LiveRecord record, int at, int length, boolean withoutEnds) {
        int family = record.u16(at + 4);
        int size = family == IPV4 ? 4 : 16;
        int localPort = withoutEnds ? 0 : record.u16(at + 10);
        int remotePort = withoutEnds ? 0 : record.u16(at + 12);
        return new Socket(
                family,
                record.u16(at + 6),
                record.bytes()[at + 8] & 0xff,
                withoutEnds ? 0 : record.bytes()[at + 9] & 0xff,
                address(record, at + 24, size),
                localPort,
                address(record, at + 40, size),
                remotePort,
                record.i64(at + 56),
                record.i64(at + 64),
                withoutEnds ? "" : path(record, at + SOCKET_BYTES, length - SOCKET_BYTES));
    }

    private static String address(LiveRecord record, int at, int size) {
        return new String(record.bytes(), at, size, StandardCharsets.ISO_8859_1);
    }

    /// A name in the abstract space starts with a NUL, which events leave out.
    private static String path(LiveRecord record, int at, int size) {
        boolean isAbstract = size > 1 && record.bytes()[at] == 0;
        return isAbstract ? record.text(at + 1, size - 1) : record.text(at, size);
    }
}
