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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The watching programs in the kernel. What they tell is handed out by [#read], which one thread calls; any thread may
/// call the rest, but [#close] only once that thread has stopped reading.
public final class KernelWatch implements AutoCloseable {
    private static final String OBJECT = "/io/gatehouse/agent/bpf/watch.bpf.o";
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WatchOptions options;
    // Guarded by this: programs, plan, entries, generation.
    private final WatchPrograms programs;
    private final Map<Integer, ByteBuffer> entries = new HashMap<>();
    private WatchPlan plan = WatchPlan.NOTHING;
    private int generation = 1;

    private final WatchRing ring;
    private final RingSize size;
    private final BpfMap calls;
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
        this.calls = maps.map("gw_calls", 4, WatchWire.Call.SIZE);
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

    /// Puts another plan in force. What both plans want is told without a gap.
    public synchronized void need(WatchPlan next) {
        var wanted = new HashMap<Integer, ByteBuffer>();
        next.calls().forEach((number, call) -> wanted.put(number, call.entry()));
        wanted.forEach((number, entry) -> {
            if (!entry.equals(entries.get(number))) {
                calls.put(key(number), entry);
            }
        });
        programs.need(next);
        for (var number : List.copyOf(entries.keySet())) {
            if (!wanted.containsKey(number)) {
                calls.put(key(number), BpfObject.buffer(WatchWire.Call.SIZE));
            }
        }
        entries.clear();
        entries.putAll(wanted);
        plan = next;
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
        return programs.misses();
    }

    /// The programs that are attached, and what the kernel counts of each.
    public synchronized Map<String, BpfObject.ProgramCounts> programs() {
        return programs.counts();
    }

    public synchronized Set<String> attached() {
        return Set.copyOf(programs.attached());
    }

    /// What of the plan in force this kernel does not tell, and why; one line each.
    public synchronized List<String> gaps() {
        var gaps = new ArrayList<String>();
        programs.refused().forEach((program, why) -> gaps.add(program + ": " + firstLine(why)));
        programs.unheard(plan).forEach(call -> gaps.add("system call " + call + ": no program tells of it"));
        plan.unseen()
                .forEach(code -> gaps.add("events "
                        + EventTable.current().byCode(code).name() + ": no system call of this machine gives them"));
        return List.copyOf(gaps);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /// How system calls can be heard here.
    public synchronized String carrier() {
        return programs.whyNotPerCall()
                .map(why -> "one program for all of them (tp_btf/sys_exit); one for each is refused: " + firstLine(why))
                .orElse("one program for each of them (fexit)");
    }

    /// Of the ring in use.
    public int ringBytes() {
        return ring.bytes();
    }

    /// Of kernel memory in all: programs, maps and the ring.
    public synchronized long memoryBytes() {
        return programs.memoryBytes() + ring.memoryBytes();
    }

    /// Detaches and unloads everything.
    @Override
    public synchronized void close() {
        programs.close();
        ring.close();
    }
}
