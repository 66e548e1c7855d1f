// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.KernelTypes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The programs of the watching object: which this kernel takes, and which are attached. Not thread-safe.
///
/// System calls are heard by one program each (`fexit`) where the kernel takes such programs, so that no other call
/// pays; else by one program at the return of all. Where a plan changes from one way to the other, an event may be told
/// twice, none is missed. Those of calls are loaded when a rule first asks for them: there are
/// hundreds, and each costs the verifier's time.
final class WatchPrograms implements AutoCloseable {
    private static final String CALL_DONE = "gw_call_done";
    private static final Set<String> PROCESSES = Set.of("gw_forked", "gw_executed", "gw_ended");
    private static final String URING_ASKED = "gw_uring_asked";
    private static final String URING_ASKED_BEFORE = "gw_uring_asked_before";
    private static final String URING_DONE = "gw_uring_done";
    /// Calls above which one program for all costs less than one for each takes to load.
    private static final int MOST_PER_CALL = 128;
    /// The agent brings rings of its own, so the one that libbpf makes is as small as may be.
    private static final Map<String, Integer> SIZES = Map.of("gw_first_ring", 4096);
    private static final String FEXIT = "fexit/";
    private static final String CALL = "_sys_"; // __x64_sys_openat, __arm64_sys_openat, __ia32_compat_sys_openat

    private final Map<String, String> sections;
    private final Map<String, Set<String>> byCall = new HashMap<>();
    private final BpfObject first;
    private final List<BpfObject> later = new ArrayList<>();
    private final Map<String, BpfObject> owners = new HashMap<>();
    private final Map<String, String> refused = new TreeMap<>();
    private final Optional<String> whyNotPerCall;

    private WatchPrograms(Map<String, String> sections, BpfObject first, Optional<String> whyNotPerCall) {
        this.sections = sections;
        this.first = first;
        this.whyNotPerCall = whyNotPerCall;
        sections.forEach((program, section) -> {
            if (section.startsWith(FEXIT)) {
                byCall.computeIfAbsent(call(section), _ -> new TreeSet<>()).add(program);
            }
        });
        own(first);
    }

    static WatchPrograms load(BpfObject.Image image) {
        var sections = image.programs();
        try (var types = KernelTypes.read()) {
            var whyNotPerCall = whyNotPerCall(sections, types);
            var wanted = new HashSet<>(PROCESSES);
            wanted.add(URING_DONE);
            wanted.add(uringAsked(types));
            if (whyNotPerCall.isPresent()) {
                wanted.add(CALL_DONE);
            }
            return new WatchPrograms(sections, BpfObject.load(image, wanted, Map.of(), SIZES), whyNotPerCall);
        }
    }

    /// Asked of one call that this kernel has: if it takes a program for that, so it does for the others.
    private static Optional<String> whyNotPerCall(Map<String, String> sections, KernelTypes types) {
        for (var section : sections.values()) {
            if (section.startsWith(FEXIT) && types.hasFunction(function(section))) {
                return types.whyNoProgramAtReturnOf(function(section));
            }
        }
        return Optional.of("the kernel's type information names none of the calls");
    }

    /// The same hook by another name before 6.3.
    private static String uringAsked(KernelTypes types) {
        return types.hasTracepoint("io_uring_submit_req") ? URING_ASKED : URING_ASKED_BEFORE;
    }

    private static String function(String section) {
        return section.substring(FEXIT.length());
    }

    /// The kernel's name of a call, without what the architecture puts before it.
    private static String call(String section) {
        int prefix = section.indexOf(CALL);
        return prefix < 0 ? section : section.substring(prefix + CALL.length());
    }

    private void own(BpfObject object) {
        object.loaded().forEach(program -> owners.put(program, object));
        refused.putAll(object.refused());
    }

    /// The object that owns the maps.
    BpfObject maps() {
        return first;
    }

    /// What the kernel said to a program of one call; nothing where it takes them.
    Optional<String> whyNotPerCall() {
        return whyNotPerCall;
    }

    /// Attaches what this plan needs and is not attached, and only then takes off what it does not need. What it needs
    /// and was
    /// attached before stays as it is.
    void need(WatchPlan plan) {
        var needed = needed(plan);
        load(needed);
        for (var program : needed) {
            attach(program);
        }
        for (var program : attached()) {
            if (!needed.contains(program)) {
                owners.get(program).detach(program);
            }
        }
    }

    private Set<String> needed(WatchPlan plan) {
        var needed = new LinkedHashSet<String>();
        if (plan.processes()) {
            needed.addAll(PROCESSES);
        }
        if (!plan.calls().isEmpty()) {
            needed.add(URING_DONE);
            needed.add(owners.containsKey(URING_ASKED_BEFORE) ? URING_ASKED_BEFORE : URING_ASKED);
            if (heardPerCall(plan)) {
                plan.functions().forEach(call -> needed.addAll(byCall.getOrDefault(call, Set.of())));
            } else {
                needed.add(CALL_DONE);
            }
        }
        return needed;
    }

    /// A plan with a call that has no program of its own is heard by the one for all; so is one with very many calls.
    private boolean heardPerCall(WatchPlan plan) {
        var calls = plan.functions();
        return whyNotPerCall.isEmpty()
                && calls.size() <= MOST_PER_CALL
                && byCall.keySet().containsAll(calls);
    }

    private void load(Set<String> needed) {
        var missing = new HashSet<>(needed);
        missing.removeAll(owners.keySet());
        missing.removeAll(refused.keySet());
        if (missing.isEmpty()) {
            return;
        }
        try (var types = KernelTypes.read()) {
            missing.removeIf(program -> lacks(types, program));
        }
        if (!missing.isEmpty()) {
            var object = BpfObject.loadBeside(first, missing);
            later.add(object);
            own(object);
        }
    }

    /// libbpf loads an object anew for each program that is refused, so what cannot load is not tried.
    private boolean lacks(KernelTypes types, String program) {
        var section = sections.get(program);
        if (section != null && section.startsWith(FEXIT) && !types.hasFunction(function(section))) {
            refused.put(program, "this kernel has no " + function(section));
            return true;
        }
        return false;
    }

    private void attach(String program) {
        var owner = owners.get(program);
        if (owner == null) {
            return; // refused
        }
        try {
            owner.attach(program);
        } catch (KernelException e) {
            refused.put(program, e.getMessage());
            owners.remove(program);
        }
    }

    Set<String> attached() {
        var attached = new HashSet<>(first.attached());
        later.forEach(object -> attached.addAll(object.attached()));
        return attached;
    }

    /// Calls of the plan that no program here tells of.
    Set<String> unheard(WatchPlan plan) {
        var unheard = new TreeSet<>(plan.functions());
        var attached = attached();
        unheard.removeIf(call ->
                attached.contains(CALL_DONE) || !Collections.disjoint(byCall.getOrDefault(call, Set.of()), attached));
        return unheard;
    }

    /// Programs that were asked for and are not to be had here, and why.
    Map<String, String> refused() {
        return Map.copyOf(refused);
    }

    Map<String, BpfObject.ProgramCounts> counts() {
        var counts = new TreeMap<String, BpfObject.ProgramCounts>();
        for (var program : attached()) {
            counts.put(program, owners.get(program).counts(program));
        }
        return counts;
    }

    long memoryBytes() {
        long bytes = first.mapBytes() + first.programBytes();
        for (var object : later) {
            bytes += object.programBytes(); // its maps are those of the first
        }
        return bytes;
    }

    /// Times that a program did not run although its hook was reached.
    long misses() {
        long misses = 0;
        for (var owned : owners.entrySet()) {
            misses += owned.getValue().counts(owned.getKey()).misses();
        }
        return misses;
    }

    /// Borrowers of the maps go first.
    @Override
    public void close() {
        later.forEach(BpfObject::close);
        first.close();
    }
}
