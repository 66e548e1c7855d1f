// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.FileStatus;
import io.gatehouse.agent.kernel.Links;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.live.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What /proc says of one thread, in the form in which captures have it. Whatever ends while it is looked at is not
/// there; whatever may not be read is empty and counted. Belongs to one thread.
///
/// Two things differ from what an exec tells: whether the task may write its program is told by the mode of the file
/// alone, and in which layer of an overlay that lies is not known.
public final class ProcTask implements Processes {
    /// Of `clone`, in the values of captures.
    private static final long THREAD = 1 << 13 | 1;
    private static final long IN_PID_NAMESPACE = 1 << 29;

    private static final long NANOS_OF_TICK = 10_000_000; // USER_HZ is 100 wherever Linux runs
    private static final long NOBODY = 0xffffffffL;
    private static final int MOST_CGROUPS = 4096;
    private static final int DAC_OVERRIDE = 1;
    private static final String DELETED = " (deleted)";

    private final String proc;
    private final List<String> controllers;
    private final ProcFile file = new ProcFile();
    private final Links links = new Links();
    private final FileStatus exeFile = new FileStatus();
    private final Map<String, List<String>> cgroups = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
            return size() > MOST_CGROUPS;
        }
    };
    private long unreadable;

    /// @param nodeRoot the node's root directory, as seen from here
    public ProcTask(Path nodeRoot) {
        this.proc = nodeRoot.resolve("proc").toString();
        this.controllers =
                file.read(nodeRoot.resolve("sys/fs/cgroup/cgroup.controllers").toString())
                        ? List.of(file.text().strip().split(" +"))
                        : List.of();
    }

    String proc() {
        return proc;
    }

    /// Files of living tasks that could not be read, since the start.
    public long unreadable() {
        return unreadable;
    }

    @Override
    public Optional<Found> find(long tid) {
        if (!file.read(path(tid, "stat"))) {
            missing(tid);
            return Optional.empty();
        }
        return Stat.of(file.text()).filter(stat -> !stat.hasEnded()).map(stat -> found(tid, stat));
    }

    private Found found(long pid, Stat stat) {
        var status = file.read(path(pid, "status")) ? Status.of(file.text()) : Status.UNKNOWN;
        var words = file.read(path(pid, "cmdline")) ? words() : List.<String>of();
        var environment = file.read(path(pid, "environ")) ? words() : noEnvironment(pid, words);
        var exePath = links.read(path(pid, "exe"));
        var exe = exePath.isEmpty() ? Exe.UNKNOWN : exe(pid, status);
        boolean fromMemfd = exePath.startsWith("/memfd:");
        if (exe.links() == 0 && exePath.endsWith(DELETED)) {
            exePath = exePath.substring(0, exePath.length() - DELETED.length());
        }
        var entry = new ProcessEntry(
                pid,
                status.pid() < 0 ? pid : status.pid(),
                stat.ppid(),
                status.vsid() < 0 ? stat.session() : status.vsid(),
                status.vpgid() < 0 ? stat.group() : status.vpgid(),
                stat.group(),
                status.vpid() < 0 ? pid : status.vpid(),
                status.vpid() < 0 ? pid : status.vpid(),
                stat.comm(),
                words.isEmpty() ? "" : words.getFirst(),
                exePath,
                words.isEmpty() ? List.of() : words.subList(1, words.size()),
                links.read(path(pid, "cwd")),
                links.read(path(pid, "root")),
                environment,
                cgroups(pid),
                file.read(path(pid, "limits")) ? descriptorLimit(file.text()) : -1,
                status.isInNamespace() ? IN_PID_NAMESPACE : 0,
                status.uid(),
                status.gid(),
                file.read(path(pid, "loginuid")) ? number(file.text().strip(), NOBODY) : NOBODY,
                stat.vmBytes() >> 10,
                status.rssKb(),
                status.swapKb(),
                stat.majorFaults(),
                stat.minorFaults(),
                0,
                stat.tty(),
                exe.isWritable(),
                false,
                false,
                fromMemfd,
                exe.inode(),
                exe.ctimeNanos(),
                exe.mtimeNanos(),
                status.inheritable(),
                status.permitted(),
                status.effective());
        return new Found(entry, stat.startTicks() * NANOS_OF_TICK);
    }

    /// A further thread of a process: what threads may have of their own is what every record brings.
    Optional<Found> thread(long tid, Found process) {
        var of = process.entry();
        if (!file.read(proc + "/" + of.pid() + "/task/" + tid + "/stat")) {
            return Optional.empty();
        }
        return Stat.of(file.text()).filter(stat -> !stat.hasEnded()).map(stat -> {
            long vtid = (of.flags() & IN_PID_NAMESPACE) != 0 ? -1 : tid;
            var entry = new ProcessEntry(
                    tid,
                    of.pid(),
                    of.ptid(),
                    of.sid(),
                    of.vpgid(),
                    of.pgid(),
                    vtid,
                    of.vpid(),
                    of.comm(),
                    of.exe(),
                    of.exePath(),
                    of.args(),
                    "",
                    of.root(),
                    List.of(),
                    of.cgroups(),
                    -1,
                    of.flags() | THREAD,
                    of.uid(),
                    of.gid(),
                    of.loginUid(),
                    0,
                    0,
                    0,
                    stat.majorFaults(),
                    stat.minorFaults(),
                    0,
                    of.tty(),
                    of.exeWritable(),
                    false,
                    false,
                    of.exeFromMemfd(),
                    of.exeInode(),
                    of.exeCtimeNanos(),
                    of.exeMtimeNanos(),
                    of.capInheritable(),
                    of.capPermitted(),
                    of.capEffective());
            return new Found(entry, stat.startTicks() * NANOS_OF_TICK);
        });
    }

    @Override
    public List<String> cgroups(long tid) {
        if (!file.read(path(tid, "cgroup"))) {
            missing(tid);
            return List.of();
        }
        return cgroups.computeIfAbsent(file.text(), this::subsystems);
    }

    /// `subsystem=path`: the unified hierarchy is that of all controllers that no other has.
    private List<String> subsystems(String text) {
        var found = new ArrayList<String>();
        for (var line : text.split("\n")) {
            int first = line.indexOf(':');
            int second = line.indexOf(':', first + 1);
            if (first < 0 || second < 0) {
                continue;
            }
            var path = line.substring(second + 1);
            if (second == first + 1) {
                controllers.forEach(controller -> found.add(controller + "=" + path));
                if (controllers.isEmpty()) {
                    found.add("unified=" + path);
                }
            } else {
                for (var controller : line.substring(first + 1, second).split(",")) {
                    found.add(controller + "=" + path);
                }
            }
        }
        return List.copyOf(found);
    }

    @Override
    public boolean isGone(long tid, long startNanos) {
        if (!file.read(path(tid, "stat"))) {
            return !Files.isDirectory(Path.of(proc, Long.toString(tid)));
        }
        var stat = Stat.of(file.text()).orElse(null);
        return stat == null || stat.hasEnded() || stat.startTicks() != startNanos / NANOS_OF_TICK;
    }

    /// What a link of a task says; empty if it is gone.
    String link(long tid, String name) {
        return links.read(path(tid, name));
    }

    private String path(long tid, String name) {
        return proc + "/" + tid + "/" + name;
    }

    private void missing(long tid) {
        if (Files.isDirectory(Path.of(proc, Long.toString(tid)))) {
            unreadable++;
        }
    }

    /// A kernel thread has none, and no arguments either.
    private List<String> noEnvironment(long pid, List<String> words) {
        if (!words.isEmpty()) {
            missing(pid);
        }
        return List.of();
    }

    private List<String> words() {
        if (file.length() == 0) {
            return List.of();
        }
        var text = file.text();
        var words = new ArrayList<String>();
        int start = 0;
        int end = text.indexOf('\0');
        while (end >= 0) {
            words.add(text.substring(start, end));
            start = end + 1;
            end = text.indexOf('\0', start);
        }
        if (start < text.length()) {
            words.add(text.substring(start));
        }
        while (!words.isEmpty() && words.getLast().isEmpty()) {
            words.removeLast(); // a title that was written over the arguments leaves NULs behind it
        }
        return words;
    }

    static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }

    private static long descriptorLimit(String limits) {
        int at = limits.indexOf("Max open files");
        if (at < 0) {
            return -1;
        }
        var words = limits.substring(at + 14).strip().split("\\s+", 2);
        return number(words[0], -1);
    }

    // The program's file

    private record Exe(long inode, long ctimeNanos, long mtimeNanos, boolean isWritable, int links) {
        static final Exe UNKNOWN = new Exe(0, 0, 0, false, 1);
    }

    private Exe exe(long pid, Status status) {
        if (!exeFile.read(path(pid, "exe"))) {
            return Exe.UNKNOWN;
        }
        return new Exe(
                exeFile.inode(), exeFile.ctimeNanos(), exeFile.mtimeNanos(), isWritableBy(status), exeFile.links());
    }

    private boolean isWritableBy(Status status) {
        if ((status.effective() >> DAC_OVERRIDE & 1) != 0) {
            return true;
        }
        int bit = exeFile.owner() == status.uid() ? 0200 : exeFile.group() == status.gid() ? 020 : 02;
        return (exeFile.mode() & bit) != 0;
    }

    // Two files that say much

    /// `/proc/PID/stat`
    private record Stat(
            String comm,
            char state,
            long ppid,
            long group,
            long session,
            long tty,
            long minorFaults,
            long majorFaults,
            long threads,
            long startTicks,
            long vmBytes) {
        /// The name stands in parentheses and may hold blanks, parentheses and line ends. Behind it come the state,
        /// which is field 3, and numbers.
        static Optional<Stat> of(String text) {
            int open = text.indexOf('(');
            int close = text.lastIndexOf(')');
            if (open < 0 || close < open) {
                return Optional.empty();
            }
            var fields = text.substring(close + 1).strip().split(" ");
            if (fields.length < 21) {
                return Optional.empty();
            }
            return Optional.of(new Stat(
                    text.substring(open + 1, close),
                    fields[0].charAt(0),
                    number(fields[1], 0),
                    number(fields[2], -1),
                    number(fields[3], -1),
                    number(fields[4], 0),
                    number(fields[7], 0),
                    number(fields[9], 0),
                    number(fields[17], 1),
                    number(fields[19], 0),
                    number(fields[20], 0)));
        }

        /// It only waits for its parent to take note. A main thread whose other threads live on looks the same, but
        /// is one of several.
        boolean hasEnded() {
            return state == 'X' || state == 'x' || state == 'Z' && threads <= 1;
        }
    }

    /// `/proc/PID/status`; -1 where it does not say.
    private record Status(
            long pid,
            long uid,
            long gid,
            long vpid,
            long vpgid,
            long vsid,
            boolean isInNamespace,
            long inheritable,
            long permitted,
            long effective,
            long rssKb,
            long swapKb) {
        static final Status UNKNOWN = new Status(-1, NOBODY, NOBODY, -1, -1, -1, false, 0, 0, 0, 0, 0);

        static Status of(String text) {
            var ids = value(text, "\nNSpid:");
            return new Status(
                    number(value(text, "\nTgid:"), -1),
                    number(word(value(text, "\nUid:"), 1), NOBODY),
                    number(word(value(text, "\nGid:"), 1), NOBODY),
                    number(last(ids), -1),
                    number(last(value(text, "\nNSpgid:")), -1),
                    number(last(value(text, "\nNSsid:")), -1),
                    ids.indexOf('\t') >= 0,
                    bits(value(text, "\nCapInh:")),
                    bits(value(text, "\nCapPrm:")),
                    bits(value(text, "\nCapEff:")),
                    number(word(value(text, "\nVmRSS:"), 0), 0),
                    number(word(value(text, "\nVmSwap:"), 0), 0));
        }

        /// Names of the task stand in the first line only, with their line ends escaped.
        private static String value(String text, String key) {
            int at = text.indexOf(key);
            if (at < 0) {
                return "";
            }
            int end = text.indexOf('\n', at + 1);
            return text.substring(at + key.length(), end < 0 ? text.length() : end)
                    .strip();
        }

        private static String word(String value, int index) {
            var words = value.split("\\s+");
            return index < words.length ? words[index] : "";
        }

        private static String last(String value) {
            return value.substring(value.lastIndexOf('\t') + 1);
        }

        private static long bits(String hex) {
            try {
                return Long.parseUnsignedLong(hex, 16);
            } catch (NumberFormatException _) {
                return 0;
            }
        }
    }
}
