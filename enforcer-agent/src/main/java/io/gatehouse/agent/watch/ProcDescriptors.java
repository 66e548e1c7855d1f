// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.FileStatus;
import io.gatehouse.agent.kernel.Links;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What the processes of /proc have open. Who only watches needs none of it, for each record brings the file it is
/// about; a recording is read later, where nothing but the recording is left.
///
/// Descriptors of one process are read while it goes on, so one that is opened or closed meanwhile may be missing or
/// told too much; the events put it right.
final class ProcDescriptors {
    private static final String DELETED = " (deleted)";
    private static final String SOCKET = "socket:[";
    private static final String ANONYMOUS = "anon_inode:";
    private static final String MEMFD = "/memfd:";
    private static final int KIND_BITS = 0xf000;
    private static final int DIRECTORY = 0x4000;

    // Of open(2), as the kernel says them and as captures do.
    private static final int ACCESS = 3;
    private static final int[][] FLAGS = {{0x400, 1 << 3}, {0x800, 1 << 6}, {0x80000, 1 << 12}};

    private final String proc;
    private final ProcFile file = new ProcFile();
    private final Links links = new Links();
    private final FileStatus status = new FileStatus();
    private final Map<String, Map<Long, DescriptorEntry>> sockets = new HashMap<>();

    ProcDescriptors(String proc) {
        this.proc = proc;
    }

    void of(long pid, Consumer<DescriptorEntry> to) {
        var numbers = new File(proc + "/" + pid + "/fd").list();
        if (numbers == null) {
            return; // gone
        }
        for (var number : numbers) {
            entry(pid, ProcTask.number(number, -1)).ifPresent(to);
        }
    }

    private Optional<DescriptorEntry> entry(long pid, long number) {
        var path = proc + "/" + pid + "/fd/" + number;
        var name = links.read(path);
        if (number < 0 || name.isEmpty()) {
            return Optional.empty();
        }
        if (name.startsWith(SOCKET)) {
            long inode = ProcTask.number(name.substring(SOCKET.length(), name.length() - 1), -1);
            return Optional.ofNullable(socketsSeenBy(pid).get(inode)).map(socket -> numbered(socket, pid, number));
        }
        if (!status.read(path)) {
            return Optional.empty();
        }
        if (name.startsWith(ANONYMOUS)) {
            return Optional.of(plain(pid, number, kind(name.substring(ANONYMOUS.length())), name, 0));
        }
        if (name.startsWith(MEMFD)) {
            var own = name.substring(MEMFD.length());
            return Optional.of(plain(pid, number, Kind.MEMFD, withoutDeleted(own), flags(pid, number)));
        }
        if (!name.startsWith("/")) {
            return Optional.of(plain(pid, number, name.startsWith("pipe:") ? Kind.FIFO : Kind.UNSUPPORTED, name, 0));
        }
        boolean isDirectory = (status.mode() & KIND_BITS) == DIRECTORY;
        var shown = status.links() == 0 ? withoutDeleted(name) : name;
        return Optional.of(plain(pid, number, isDirectory ? Kind.DIRECTORY : Kind.FILE_V2, shown, flags(pid, number)));
    }

    private DescriptorEntry plain(long pid, long number, int kind, String name, long flags) {
        return new DescriptorEntry(
                pid, number, status.inode(), kind, name, flags, status.device(), 0, null, 0, null, 0, 0, 0);
    }

    private static String withoutDeleted(String name) {
        return name.endsWith(DELETED) ? name.substring(0, name.length() - DELETED.length()) : name;
    }

    private static int kind(String anonymous) {
        return switch (anonymous) {
            case "[eventfd]" -> Kind.EVENT;
            case "[eventpoll]" -> Kind.EVENTPOLL;
            case "[signalfd]" -> Kind.SIGNALFD;
            case "[timerfd]" -> Kind.TIMERFD;
            case "[userfaultfd]" -> Kind.USERFAULTFD;
            case "[io_uring]" -> Kind.IO_URING;
            case "[pidfd]" -> Kind.PIDFD;
            case "inotify" -> Kind.INOTIFY;
            default -> anonymous.contains("bpf") ? Kind.BPF : Kind.UNSUPPORTED;
        };
    }

    private long flags(long pid, long number) {
        if (!file.read(proc + "/" + pid + "/fdinfo/" + number)) {
            return 0;
        }
        long kernel = file.text()
                .lines()
                .filter(line -> line.startsWith("flags:"))
                .findFirst()
                .map(line -> octal(line.substring("flags:".length()).strip()))
                .orElse(0L);
        long told = (kernel & ACCESS) + 1;
        for (var flag : FLAGS) {
            told |= (kernel & flag[0]) != 0 ? flag[1] : 0;
        }
        return told;
    }

    private static long octal(String text) {
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            value = value << 3 | text.charAt(i) & 7;
        }
        return value;
    }

    // Sockets

    /// By inode; every network namespace has its own.
    private Map<Long, DescriptorEntry> socketsSeenBy(long pid) {
        return sockets.computeIfAbsent(
                links.read(proc + "/" + pid + "/ns/net"), _ -> NetworkTables.of(proc + "/" + pid + "/net/"));
    }

    private static DescriptorEntry numbered(DescriptorEntry socket, long pid, long number) {
        return new DescriptorEntry(
                pid,
                number,
                socket.inode(),
                socket.kind(),
                socket.name(),
                0,
                0,
                socket.protocol(),
                socket.sourceAddress(),
                socket.sourcePort(),
                socket.destinationAddress(),
                socket.destinationPort(),
                socket.source(),
                socket.destination());
    }
}
