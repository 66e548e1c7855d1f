// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.schemas.event.EventTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// The watching programs in the kernel. What they tell is handed out by [#read], which one thread calls; any thread may
/// call the rest, but [#close] only once that thread has stopped reading.
public final class KernelWatch implements AutoCloseable {
    private static final String OBJECT = "/io/gatehouse/agent/bpf/watch.bpf.o";
    private static final String FOR_ALL = "one program for all of them (tp_btf/sys_exit)";
    /// Calls above which one program for all costs less than one for each takes to load.
    private static final int MOST_OWN = 128;
    private static final long MOST_CLOSE_MILLIS = 3_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WatchOptions options;
    // Guarded by this: programs, plan, generation, closed.
    private final WatchPrograms programs;
    private WatchPlan plan = WatchPlan.NOTHING;
    private int generation = 1;
    private boolean closed;

    private final CallEntries entries;
    private final OwnPrograms own;

    private final WatchRing ring;
    private final RingSize size;
    private final BpfMap sieve;
    private final BpfMap cgroups;
    private final BpfMap control;
    private final BpfMap stats;

    // Of the reading thread.
    private final LiveRecord record = new LiveRecord();
    private final byte[] bytes = new byte[WatchWire.RECORD_BYTES];
    private RecordSink sink;
    private final RingBuffer.Reader reader = this::hand;
    private long lookedAt;
    private long lost;
    // Written by the reading thread, read by any. What is sieved is dated by it, so it may only be late.
    private volatile long now;
    private volatile long contradictory;

    private KernelWatch(WatchPrograms programs, WatchOptions options) {
        this.options = options;
        this.programs = programs;
        var maps = programs.maps();
        this.entries = new CallEntries(maps.map("gw_calls", 4, WatchWire.Call.SIZE));
        this.own = new OwnPrograms(maps, programs.ofCalls(), entries, this::goneOver);
        this.sieve = maps.map("gw_sieve", WatchWire.SieveKey.SIZE, 8);
        this.cgroups = maps.map("gw_cgroups", 8, 4);
        this.control = maps.map("gw_control", 4, WatchWire.Control.SIZE);
        this.stats = maps.map("gw_stats", 4, 8);
        this.now = BootClock.nanos();
        this.size = new RingSize(options.ringBytes(), options.mostRingBytes(), System.nanoTime());
        writeControl();
        this.ring = new WatchRing(maps, options.ringBytes());
    }

    /// Loads what this kernel takes; attaches nothing.
    public static KernelWatch load(WatchOptions options) {
        return load(BpfObject.Image.ofResource(OBJECT), options);
    }

    static KernelWatch load(BpfObject.Image image, WatchOptions options) {
        var programs = WatchPrograms.load(image);
        try {
            return new KernelWatch(programs, options);
        } catch (RuntimeException e) {
            programs.close();
            throw e;
        }
    }

    // ---- what is asked

    /// Puts in force what rules ask, or everything there is.
    public void need(KernelFilter filter, boolean everything) {
        need(everything ? WatchPlan.everything() : WatchPlan.of(filter));
    }

    /// Puts another plan in force. What both plans want is told without a gap, and each event once. System calls are
    /// heard by one program for all when this returns; they go over to programs of their own later, where that is
    /// worth it.
    public synchronized void need(WatchPlan next) {
        entries.want(next.calls());
        // Of a call that is wanted no more, programs may tell till its entry is gone: so those stay till then.
        programs.need(next, !entries.notByTheirOwn().isEmpty());
        entries.dropAllBut(next.calls().keySet());
        plan = next;
        if (usesOwnPrograms()) {
            own.follow(toGoOver(next));
        }
        goneOver();
    }

    private boolean usesOwnPrograms() {
        return options.ownPrograms() && programs.whyNotPerCall().isEmpty();
    }

    /// Very many calls stay with the one program for all, but for those that have left it.
    private Map<Integer, WatchCall> toGoOver(WatchPlan next) {
        if (next.functions().size() <= MOST_OWN) {
            return next.calls();
        }
        var calls = new HashMap<>(next.calls());
        calls.keySet().retainAll(entries.goneOver());
        return calls;
    }

    /// Takes the program for all calls off when nothing needs it any more.
    private synchronized void goneOver() {
        if (!closed && programs.hearsAllCalls() && entries.notByTheirOwn().isEmpty()) {
            programs.need(plan, false);
        }
    }

    private static ByteBuffer key(int number) {
        return BpfObject.buffer(4).putInt(0, number);
    }

    /// Says whose a cgroup is.
    ///
    /// @param cgroup key, as records carry it
    public void place(long cgroup, Place place) {
        cgroups.put(BpfObject.buffer(8).putLong(0, cgroup), BpfObject.buffer(4).putInt(0, place.code()));
    }

    /// Takes back what [#place] said, of a cgroup that is gone.
    public void forget(long cgroup) {
        cgroups.remove(BpfObject.buffer(8).putLong(0, cgroup));
    }

    /// No rule can match events of this key: no more of them, until the kernel thinks that too long ago. Cheap enough
    /// to be called for each event that matches nothing.
    ///
    /// @param key from `offset` on, as the record brought it
    public void sieve(byte[] key, int offset) {
        sieve.put(key, offset, now);
    }

    /// The rules are others: whatever was sieved is told again.
    ///
    /// @return the number that keys carry from now on
    public synchronized int nextGeneration() {
        generation++;
        writeControl();
        return generation;
    }

    private void writeControl() {
        int self = Math.toIntExact(ProcessHandle.current().pid());
        control.put(key(0), options.control(generation, self));
    }

    // ---- what is told

    /// Hands over what there is; waits for it if there is nothing yet.
    ///
    /// @param timeoutMillis most of the wait, 0 for none
    /// @return how many records there were
    public int read(RecordSink to, int timeoutMillis) {
        sink = to;
        adapt();
        int read = ring.drain(reader);
        if (read == 0 && timeoutMillis > 0) {
            ring.await(timeoutMillis);
            adapt();
            read = ring.drain(reader);
        }
        return read;
    }

    /// Ends a wait of [#read] that goes on, or the next one.
    public void wake() {
        ring.wake();
    }

    private void hand(ByteBuffer data, int offset, int length) {
        if (length > bytes.length) {
            contradictory = contradictory + 1; // one writer
            return;
        }
        data.get(offset, bytes, 0, length);
        if (record.begin(bytes, length)) {
            sink.accept(record);
        } else {
            contradictory = contradictory + 1;
        }
    }

    /// Another ring where this one is too small for what comes, or far too large.
    private void adapt() {
        long time = System.nanoTime();
        if (time - lookedAt >= LOOK_NANOS) {
            lookedAt = time;
            now = BootClock.nanos();
            lost = lostForWantOfRoom();
        }
        int bytes = size.next(ring.bytes(), ring.waiting(), lost, time);
        if (bytes != ring.bytes()) {
            resize(bytes);
        }
    }

    /// Called by the reading thread.
    void resize(int bytes) {
        if (!ring.resize(bytes)) {
            size.refused(ring.bytes());
        }
    }

    private long lostForWantOfRoom() {
        long sum = 0;
        for (var counter : COUNTERS) {
            if (counter.isForWantOfRoom()) {
                sum += stats.sum(counter.ordinal());
            }
        }
        return sum;
    }

    private static final WatchCounter[] COUNTERS = WatchCounter.values();

    // ---- how it goes

    /// All counters, as of now.
    public Map<WatchCounter, Long> counts() {
        var counts = new EnumMap<WatchCounter, Long>(WatchCounter.class);
        for (var counter : COUNTERS) {
            if (counter.isOfKernel()) {
                counts.put(counter, stats.sum(counter.ordinal()));
            }
        }
        counts.put(WatchCounter.CONTRADICTORY, contradictory);
        counts.put(WatchCounter.MISSED, misses());
        counts.put(WatchCounter.GROWN, (long) ring.grown());
        counts.put(WatchCounter.RING_REFUSED, (long) ring.refused());
        return Collections.unmodifiableMap(counts);
    }

    private synchronized long misses() {
        if (closed) {
            return 0;
        }
        long misses = programs.misses();
        for (var program : own.attached().entrySet()) {
            misses += program.getValue().counts(program.getKey()).misses();
        }
        return misses;
    }

    /// The programs that are attached, and what the kernel counts of each.
    public synchronized Map<String, BpfObject.ProgramCounts> programs() {
        if (closed) {
            return Map.of();
        }
        var counts = new TreeMap<>(programs.counts());
        own.attached().forEach((program, object) -> counts.put(program, object.counts(program)));
        return counts;
    }

    public synchronized Set<String> attached() {
        if (closed) {
            return Set.of();
        }
        var attached = new HashSet<>(programs.attached());
        attached.addAll(own.attached().keySet());
        return Set.copyOf(attached);
    }

    /// What of the plan in force this kernel does not tell, and why; one line each.
    public synchronized List<String> gaps() {
        var gaps = new ArrayList<String>();
        programs.refused().forEach((program, why) -> gaps.add(program + ": " + firstLine(why)));
        if (!closed && !programs.hearsAllCalls()) {
            var unheard = new TreeSet<String>();
            entries.notByTheirOwn()
                    .forEach(index -> unheard.add(plan.calls().get(index).function()));
            unheard.forEach(call -> gaps.add("system call " + call + ": no program tells of it"));
        }
        plan.unseen()
                .forEach(code -> gaps.add("events "
                        + EventTable.current().byCode(code).name() + ": no system call of this machine gives them"));
        return List.copyOf(gaps);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /// How system calls are heard now; how they would be, while nothing asks for any.
    public synchronized String carrier() {
        var why = programs.whyNotPerCall();
        if (why.isPresent()) {
            return FOR_ALL + "; one for each is refused: " + firstLine(why.get());
        }
        if (!options.ownPrograms()) {
            return FOR_ALL;
        }
        int left = entries.notByTheirOwn().size();
        if (left == 0) {
            return "one program for each of them (fexit)";
        }
        int gone = entries.size() - left;
        var text = gone == 0 ? FOR_ALL : FOR_ALL + ", but for " + gone + " that have their own (fexit)";
        if (!own.isSettled()) {
            return text + "; they are going over to programs of their own";
        }
        return own.refused().entrySet().stream()
                .findFirst()
                .map(refused -> text + "; refused is " + refused.getKey() + ": " + firstLine(refused.getValue()))
                .orElse(text);
    }

    /// Of the ring in use.
    public int ringBytes() {
        return ring.bytes();
    }

    /// Of kernel memory in all: programs, maps and the ring.
    public synchronized long memoryBytes() {
        return closed ? 0 : programs.memoryBytes() + own.memoryBytes() + ring.memoryBytes();
    }

    /// Detaches and unloads everything. Programs of single calls take their time; after some seconds a thread of theirs
    /// goes on alone, and where the process ends the kernel does it.
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            programs.detach();
            ring.close();
        }
        own.close(programs::close, MOST_CLOSE_MILLIS);
    }
}
