// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.RecordSink;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.events.live.LiveRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A kernel side that tells what the test puts in.
final class FakeWatch implements Watch {
    private static final byte[] WAKE = {};

    final BlockingQueue<byte[]> records = new LinkedBlockingQueue<>();
    /// What was asked of it, in order.
    final List<String> calls = new CopyOnWriteArrayList<>();
    final BlockingQueue<byte[]> sieved = new LinkedBlockingQueue<>();
    final Map<Long, Place> places = new ConcurrentHashMap<>();
    volatile Map<WatchCounter, Long> counts = Map.of();
    volatile boolean unreadable;
    private final LiveRecord record = new LiveRecord();

    @Override
    public void need(KernelFilter filter) {
        calls.add("need " + filter.needs().keySet());
    }

    @Override
    public int read(RecordSink sink, int timeoutMillis) {
        if (unreadable) {
            throw new IllegalStateException("of the test");
        }
        int read = 0;
        try {
            for (var next = records.poll(timeoutMillis, TimeUnit.MILLISECONDS); next != null; next = records.poll()) {
                if (next != WAKE && record.begin(next, next.length)) {
                    sink.accept(record);
                    read++;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return read;
    }

    @Override
    public void wake() {
        records.add(WAKE);
    }

    @Override
    public void place(long cgroup, Place place) {
        places.put(cgroup, place);
    }

    @Override
    public void sieve(byte[] key, int offset) {
        sieved.add(Arrays.copyOfRange(key, offset, offset + 128));
    }

    @Override
    public void nextGeneration() {
        calls.add("generation");
    }

    @Override
    public Map<WatchCounter, Long> counts() {
        return counts;
    }

    @Override
    public List<String> gaps() {
        return List.of();
    }

    @Override
    public String carrier() {
        return "a test";
    }

    @Override
    public int ringBytes() {
        return 4096;
    }

    @Override
    public void close() {
        calls.add("close");
    }
}
