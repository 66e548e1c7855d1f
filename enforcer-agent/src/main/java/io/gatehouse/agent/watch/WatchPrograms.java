// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.KernelTypes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The programs that are attached as soon as a plan asks for them: those of processes and of io_uring, and the one that
/// hears all system calls. Owns the maps. Not thread-safe.
final class WatchPrograms implements AutoCloseable {
    private static final String CALL_DONE = "gw_call_done";
    private static final Set<String> PROCESSES = Set.of("gw_forked", "gw_executed", "gw_ended");
    private static final String URING_ASKED = "gw_uring_asked";
    private static final String URING_ASKED_BEFORE = "gw_uring_asked_before";
    private static final String URING_DONE = "gw_uring_done";
    /// The agent brings rings of its own, so the one that libbpf makes is as small as may be.
    private static final Map<String, Integer> SIZES = Map.of("gw_first_ring", 4096);

    private final BpfObject object;
    private final String uringAsked;
    private final CallPrograms ofCalls;
    private final Optional<String> whyNotPerCall;
    private final Map<String, String> refused;

    private WatchPrograms(BpfObject object, String uringAsked, CallPrograms ofCalls, Optional<String> whyNotPerCall) {
        this.object = object;
        this.uringAsked = uringAsked;
        this.ofCalls = ofCalls;
        this.whyNotPerCall = whyNotPerCall;
        this.refused = new TreeMap<>(object.refused());
    }

    static WatchPrograms load(BpfObject.Image image) {
        var ofCalls = new CallPrograms(image.programs());
        try (var types = KernelTypes.read()) {
            var uringAsked = uringAsked(types);
            var wanted = new HashSet<>(PROCESSES);
            wanted.add(URING_DONE);
            wanted.add(uringAsked);
            wanted.add(CALL_DONE);
            return new WatchPrograms(
                    BpfObject.load(image, wanted, Map.of(), SIZES), uringAsked, ofCalls, ofCalls.whyNone(types));
        }
    }

    /// The same hook by another name before 6.3.
    private static String uringAsked(KernelTypes types) {
        return types.hasTracepoint("io_uring_submit_req") ? URING_ASKED : URING_ASKED_BEFORE;
    }

    /// The object that owns the maps.
    BpfObject maps() {
        return object;
    }

    /// Programs of single calls, which others load beside these.
    CallPrograms ofCalls() {
        return ofCalls;
    }

    /// What the kernel said to a program of one call; nothing where it takes them.
    Optional<String> whyNotPerCall() {
        return whyNotPerCall;
    }

    /// Attaches what is needed and not attached, and only then takes off what is not. What stays is not touched.
    ///
    /// @param calls whether system calls are to be heard by the program for all
    void need(WatchPlan plan, boolean calls) {
        var needed = new HashSet<String>();
        if (plan.processes()) {
            needed.addAll(PROCESSES);
        }
        if (!plan.calls().isEmpty()) {
            needed.add(URING_DONE);
            needed.add(uringAsked);
        }
        if (calls) {
            needed.add(CALL_DONE);
        }
        needed.forEach(this::attach);
        for (var program : attached()) {
            if (!needed.contains(program)) {
                object.detach(program);
            }
        }
    }

    private void attach(String program) {
        if (refused.containsKey(program)) {
            return;
        }
        try {
            object.attach(program);
        } catch (KernelException e) {
            refused.put(program, e.getMessage());
        }
    }

    Set<String> attached() {
        return object.attached();
    }

    boolean hearsAllCalls() {
        return attached().contains(CALL_DONE);
    }

    /// Programs that are not to be had here, and why.
    Map<String, String> refused() {
        return Map.copyOf(refused);
    }

    Map<String, BpfObject.ProgramCounts> counts() {
        var counts = new HashMap<String, BpfObject.ProgramCounts>();
        for (var program : attached()) {
            counts.put(program, object.counts(program));
        }
        return counts;
    }

    long memoryBytes() {
        return object.mapBytes() + object.programBytes();
    }

    /// Times that a program did not run although its hook was reached.
    long misses() {
        long misses = 0;
        for (var program : object.loaded()) {
            misses += object.counts(program).misses();
        }
        return misses;
    }

    /// Borrowers of the maps go first.
    @Override
    public void close() {
        object.close();
    }

    /// Takes all off and keeps the maps.
    void detach() {
        attached().forEach(object::detach);
    }
}
