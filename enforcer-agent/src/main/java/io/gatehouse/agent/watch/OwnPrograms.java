// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.KernelTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Brings system calls to programs of their own, so that no other call pays: one after the other, while the program for
/// all goes on telling of those whose turn has not come.
///
/// A thread of its own does it and alone owns the objects: to attach a program the kernel waits for all its processors,
/// and to take it off again. Another plan ends what it does for the one before at the next step.
final class OwnPrograms {
    private static final int BATCH = 16; // programs of one load: each reads the kernel's types anew
    private static final long SETTLE_MILLIS = 100;
    private static final long MOST_PAUSE_MILLIS = 5_000;
    private static final long MOST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final Path PROC = Path.of("/proc");

    private final BpfObject maps;
    private final CallPrograms programs;
    private final CallEntries entries;
    private final Runnable changed;

    // Guarded by this.
    private Map<Integer, WatchCall> wanted = Map.of();
    private long round;
    private boolean closed;
    private Thread thread;
    private Runnable afterAll = () -> {};

    // Of the thread.
    private final List<BpfObject> objects = new ArrayList<>();
    private final Map<String, BpfObject> owners = new HashMap<>();
    private final Map<String, String> failed = new TreeMap<>();

    // Written by the thread, read by any; immutable.
    private volatile Map<String, BpfObject> attached = Map.of();
    private volatile Map<String, String> refused = Map.of();
    private volatile boolean settled = true;

    /// @param changed called on the thread whenever calls have gone over to their own programs for good
    OwnPrograms(BpfObject maps, CallPrograms programs, CallEntries entries, Runnable changed) {
        this.maps = maps;
        this.programs = programs;
        this.entries = entries;
        this.changed = changed;
    }

    /// Calls that are to have programs of their own from now on; returns at once.
    synchronized void follow(Map<Integer, WatchCall> calls) {
        if (closed || calls.equals(wanted) && thread != null || calls.isEmpty() && thread == null) {
            return;
        }
        wanted = Map.copyOf(calls);
        round++;
        settled = false;
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("gatehouse-calls").start(this::run);
        }
        notifyAll();
    }

    /// Those that are attached, and whose they are.
    Map<String, BpfObject> attached() {
        return attached;
    }

    /// Those that the kernel did not take, and why.
    Map<String, String> refused() {
        return refused;
    }

    /// Whether all is done that the last plan asked.
    boolean isSettled() {
        return settled;
    }

    long memoryBytes() {
        long bytes = 0;
        for (var object : new HashSet<>(attached.values())) {
            bytes += object.programBytes(); // its maps are those of the first
        }
        return bytes;
    }

    /// Takes all programs off; goes on with that alone if it takes longer than the given time.
    ///
    /// @param last what closes the maps, once nothing here needs them
    void close(Runnable last, long mostMillis) {
        Thread running;
        synchronized (this) {
            closed = true;
            round++;
            running = thread;
            notifyAll();
            if (running != null) {
                afterAll = last;
            }
        }
        if (running == null) {
            last.run();
            return;
        }
        try {
            running.join(mostMillis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread

    private void run() {
        long done = 0;
        while (true) {
            Map<Integer, WatchCall> calls;
            synchronized (this) {
                while (round == done && !closed) {
                    pause(0);
                }
                if (closed) {
                    break;
                }
                done = round;
                calls = wanted;
            }
            try {
                bring(calls, done);
            } catch (RuntimeException e) {
                failed.put("programs of their own", e.toString()); // the one for all tells of the rest
                refused = Map.copyOf(failed);
            }
            synchronized (this) {
                settled = round == done;
            }
        }
        attached = Map.of();
        objects.forEach(BpfObject::close);
        Runnable last;
        synchronized (this) {
            last = afterAll;
        }
        last.run();
    }

    /// Waits until something is asked, or so long.
    ///
    /// @param millis 0 for without an end
    private synchronized void pause(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException _) {
            closed = true; // nobody interrupts it but to end it
        }
    }

    private synchronized boolean isOver(long of) {
        return round != of;
    }

    private void bring(Map<Integer, WatchCall> calls, long of) {
        var needed = needed(calls);
        attachAll(needed, of);
        if (!isOver(of)) {
            settle(needed.keySet(), of);
        }
        var all = new HashSet<String>();
        needed.values().forEach(all::addAll);
        for (var program : attached.keySet()) {
            if (isOver(of)) {
                return;
            }
            if (!all.contains(program)) {
                detach(program);
            }
        }
    }

    /// The programs of each call, in the order of their turns: first those of this machine's own entry.
    private Map<Integer, Set<String>> needed(Map<Integer, WatchCall> calls) {
        var needed = new LinkedHashMap<Integer, Set<String>>();
        if (!calls.isEmpty()) {
            try (var types = KernelTypes.read()) {
                new TreeMap<>(calls)
                        .forEach((index, call) ->
                                programs.of(index, call, types).ifPresent(own -> needed.put(index, own)));
            }
        }
        return needed;
    }

    private void attachAll(Map<Integer, Set<String>> needed, long of) {
        var missing = new LinkedHashSet<String>();
        needed.values().forEach(missing::addAll);
        missing.removeAll(attached.keySet());
        missing.removeAll(failed.keySet());
        var order = List.copyOf(missing);
        hand(needed);
        for (int from = 0; from < order.size(); from += BATCH) {
            var batch = order.subList(from, Math.min(from + BATCH, order.size()));
            if (isOver(of)) {
                return;
            }
            load(batch);
            for (var program : batch) {
                if (isOver(of)) {
                    return;
                }
                attach(program);
                hand(needed);
            }
        }
    }

    /// Calls with all their programs in place are told by those.
    private void hand(Map<Integer, Set<String>> needed) {
        var ready = new TreeSet<Integer>();
        var there = attached.keySet();
        needed.forEach((index, own) -> {
            if (there.containsAll(own)) {
                ready.add(index);
            }
        });
        entries.hand(ready, Carrier.BY_ALL, Carrier.BY_BOTH);
    }

    private void load(List<String> batch) {
        var missing = new HashSet<>(batch);
        missing.removeAll(owners.keySet());
        if (!missing.isEmpty()) {
            var object = BpfObject.loadBeside(maps, missing);
            objects.add(object);
            object.loaded().forEach(program -> owners.put(program, object));
            failed.putAll(object.refused());
            refused = Map.copyOf(failed);
        }
    }

    private void attach(String program) {
        var owner = owners.get(program);
        if (owner == null) {
            return; // refused
        }
        try {
            owner.attach(program);
            var more = new HashMap<>(attached);
            more.put(program, owner);
            attached = Map.copyOf(more);
        } catch (KernelException e) {
            failed.put(program, e.getMessage());
            refused = Map.copyOf(failed);
        }
    }

    private void detach(String program) {
        var fewer = new HashMap<>(attached);
        var owner = fewer.remove(program);
        attached = Map.copyOf(fewer);
        owner.detach(program);
    }

    /// The program for all is done with a call once none is under way that began before its own was attached. A
    /// thread may sleep in one for days: after some minutes that call goes untold.
    private void settle(Set<Integer> indexes, long of) {
        long end = System.nanoTime() + MOST_WAIT_NANOS;
        var numbers = new HashSet<Integer>();
        indexes.forEach(index -> numbers.add(index % WatchWire.COMPAT));
        var begun = BegunCalls.of(PROC, numbers);
        long millis = SETTLE_MILLIS;
        do {
            pauseIn(millis, of);
            if (isOver(of)) {
                return;
            }
            millis = Math.min(2 * millis, MOST_PAUSE_MILLIS);
        } while (begun.remain() && System.nanoTime() - end < 0);
        entries.hand(indexes, Carrier.BY_BOTH, Carrier.BY_ITS_OWN);
        changed.run();
    }

    private synchronized void pauseIn(long millis, long of) {
        if (round == of && !closed) {
            pause(millis);
        }
    }
}
