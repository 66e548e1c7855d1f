// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.live.Processes.Found;
import java.io.File;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tells the state what was there before the first record: every thread of /proc, the machine, its
/// interfaces, its users and groups.
///
/// Call it when the programs are attached and before the first record is read: what starts meanwhile is told by
/// either or both, and [LiveState] knows the same task by its start. Open files are not looked at: every record brings
/// those it is about.
public final class ProcScan {
    private final ProcTask tasks;
    private final String proc;

    public ProcScan(ProcTask tasks) {
        this.tasks = tasks;
        this.proc = tasks.proc();
    }

    /// @param processes those that could be read, kernel threads among them
    /// @param threads all of them, main threads included
    /// @param gone ended while they were looked at, or before and nobody has taken note
    /// @param unreadable files of processes that were there
    public record Scanned(int processes, int threads, int gone, long unreadable, long nanos) {}

    public Scanned into(LiveState live) {
        long before = System.nanoTime();
        long unreadableBefore = tasks.unreadable();
        long wallMinusBoot = bootNanos();
        live.state().inventory().machine(machine(wallMinusBoot));
        interfaces(live);
        accounts(live);
        var found = processes();
        int threads = 0;
        int gone = 0;
        var starts = namespaceStarts(found, wallMinusBoot);
        int processes = 0;
        for (var process : found) {
            if (process.found == null) {
                gone++;
                continue;
            }
            long start = starts.getOrDefault(process.namespace, wallMinusBoot);
            processes++;
            threads++;
            live.scanned(process.found.entry(), process.found.startNanos(), wallMinusBoot, start);
            for (var tid : numbers(proc + "/" + process.pid + "/task")) {
                if (tid != process.pid) {
                    var thread = tasks.thread(tid, process.found);
                    if (thread.isPresent()) {
                        threads++;
                        live.scanned(thread.get().entry(), thread.get().startNanos(), wallMinusBoot, start);
                    }
                }
            }
        }
        return new Scanned(processes, threads, gone, tasks.unreadable() - unreadableBefore, System.nanoTime() - before);
    }

    /// @param found null if it has ended
    /// @param namespace of process ids, empty for the node's own
    private record Process(long pid, Found found, String namespace) {}

    private List<Process> processes() {
        var processes = new ArrayList<Process>();
        for (long pid : numbers(proc)) {
            var found = tasks.find(pid).orElse(null);
            boolean inside = found != null && found.entry().vpid() != pid;
            processes.add(new Process(pid, found, inside ? tasks.link(pid, "ns/pid") : ""));
        }
        return processes;
    }

    /// When the first process of each namespace started, since 1970.
    private static Map<String, Long> namespaceStarts(List<Process> processes, long wallMinusBoot) {
        var starts = new HashMap<String, Long>();
        for (var process : processes) {
            if (process.found != null && process.found.entry().vpid() == 1 && !process.namespace.isEmpty()) {
                starts.put(process.namespace, process.found.startNanos() + wallMinusBoot);
            }
        }
        return starts;
    }

    private static long[] numbers(String directory) {
        var names = new File(directory).list();
        if (names == null) {
            return new long[0];
        }
        var numbers = new long[names.length];
        int count = 0;
        for (var name : names) {
            if (!name.isEmpty() && name.charAt(0) >= '0' && name.charAt(0) <= '9') {
                long number = ProcTask.number(name, -1);
                if (number > 0) {
                    numbers[count++] = number;
                }
            }
        }
        return Arrays.copyOf(numbers, count);
    }

    // The machine

    private static long bootNanos() {
        var boot = BootClock.timeOfDay(0);
        return boot.getEpochSecond() * 1_000_000_000L + boot.getNano();
    }

    private MachineEntry machine(long bootNanos) {
        var file = new ProcFile();
        var host = file.read(proc + "/sys/kernel/hostname") ? file.text().strip() : "";
        long maxPid = file.read(proc + "/sys/kernel/pid_max")
                ? ProcTask.number(file.text().strip(), 0)
                : 0;
        return new MachineEntry(Runtime.getRuntime().availableProcessors(), memoryBytes(file), maxPid, host, bootNanos);
    }

    private long memoryBytes(ProcFile file) {
        if (!file.read(proc + "/meminfo")) {
            return 0;
        }
        var words = file.text().split("\\s+", 3);
        return words.length < 2 ? 0 : ProcTask.number(words[1], 0) << 10;
    }

    /// Of the node; those of containers are looked up when they are asked for, see [AccountFiles].
    private void accounts(LiveState live) {
        var book = AccountFiles.book(Path.of(proc).resolveSibling("").toString());
        book.ifPresent(accounts -> {
            var inventory = live.state().inventory();
            accounts.users()
                    .forEach(user -> inventory.account(
                            new AccountEntry.User(user.id(), user.gid(), user.name(), user.home(), user.shell())));
            accounts.groups().forEach(group -> inventory.account(new AccountEntry.Group(group.id(), group.name())));
        });
    }

    private static void interfaces(LiveState live) {
        try {
            var all = NetworkInterface.getNetworkInterfaces();
            while (all.hasMoreElements()) {
                var each = all.nextElement();
                for (var address : each.getInterfaceAddresses()) {
                    live.state().inventory().networkInterface(entry(each, address));
                }
            }
        } catch (SocketException _) {
            // without a network there is no address of one's own
        }
    }

    private static InterfaceEntry entry(NetworkInterface of, InterfaceAddress address) {
        var bytes = address.getAddress().getAddress();
        var broadcast = address.getBroadcast();
        return new InterfaceEntry(
                bytes.length == 4 ? InterfaceEntry.IPV4 : InterfaceEntry.IPV6,
                ByteText.of(of.getName()),
                text(bytes),
                text(mask(bytes.length, address.getNetworkPrefixLength())),
                broadcast == null ? "" : text(broadcast.getAddress()),
                0);
    }

    private static byte[] mask(int size, int bits) {
        var mask = new byte[size];
        for (int i = 0; i < bits && i < 8 * size; i++) {
            mask[i / 8] |= (byte) (0x80 >> i % 8);
        }
        return mask;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
