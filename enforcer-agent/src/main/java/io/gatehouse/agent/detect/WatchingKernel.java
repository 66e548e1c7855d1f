// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.RecordSink;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.agent.watch.WatchPlan;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.EventTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The watching programs, asked for what rules want.
final class WatchingKernel implements Watch {
    private final KernelWatch kernel;
    private volatile WatchPlan plan = WatchPlan.NOTHING;

    WatchingKernel(KernelWatch kernel) {
        this.kernel = kernel;
    }

    @Override
    public void need(KernelFilter filter) {
        var next = WatchPlan.of(filter);
        kernel.need(next);
        plan = next;
    }

    @Override
    public int read(RecordSink sink, int timeoutMillis) {
        return kernel.read(sink, timeoutMillis);
    }

    @Override
    public void wake() {
        kernel.wake();
    }

    @Override
    public void place(long cgroup, Place place) {
        kernel.place(cgroup, place);
    }

    @Override
    public void sieve(byte[] key, int offset) {
        kernel.sieve(key, offset);
    }

    @Override
    public void nextGeneration() {
        kernel.nextGeneration();
    }

    @Override
    public Map<WatchCounter, Long> counts() {
        return kernel.counts();
    }

    @Override
    public List<String> gaps() {
        var gaps = new ArrayList<>(kernel.gaps());
        var calls = CallTable.current().all().stream().map(Call::name).collect(Collectors.toSet());
        plan.unseen().stream()
                .map(code -> EventTable.current().byCode(code).name())
                .filter(name -> !calls.contains(name)) // an older form of what is told
                .distinct()
                .forEach(name -> gaps.add("no program tells of " + name));
        return List.copyOf(gaps);
    }

    @Override
    public String carrier() {
        return kernel.carrier();
    }

    @Override
    public int ringBytes() {
        return kernel.ringBytes();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
