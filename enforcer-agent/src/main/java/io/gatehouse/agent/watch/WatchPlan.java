// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.Call.Sieve;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.Capture;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Origin;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What the kernel is to tell. Immutable.
///
/// New tasks, new programs and ends of tasks are told as soon as anything is: whoever judges must know whose child a
/// process is.
///
/// @param calls by the kernel's number, plus 512 for the 32-bit entry
/// @param processes whether new tasks, new programs and ends of tasks are told
/// @param unseen codes of events that are asked for and that nothing on this machine gives
public record WatchPlan(Map<Integer, WatchCall> calls, boolean processes, Set<Integer> unseen) {
    public static final WatchPlan NOTHING = new WatchPlan(Map.of(), false, Set.of());

    private static final int CLONE = 223;
    private static final int EXECVE = 293;
    private static final int EXECVEAT = 331;
    private static final int ENDED_OLD = 186;
    private static final int ENDED = 187;
    private static final Set<Integer> OF_PROCESSES = Set.of(CLONE, EXECVE, EXECVEAT, ENDED_OLD, ENDED);

    public WatchPlan {
        calls = Collections.unmodifiableMap(new TreeMap<>(calls));
        unseen = Collections.unmodifiableSet(new TreeSet<>(unseen));
    }

    /// What rules ask, and no more.
    public static WatchPlan of(KernelFilter filter) {
        var calls = new HashMap<Integer, WatchCall>();
        var unseen = new TreeSet<Integer>();
        filter.needs().forEach((code, needs) -> {
            var ofEvent = CallTable.current().ofEvent(code);
            boolean seen = OF_PROCESSES.contains(code);
            for (var call : ofEvent) {
                int wanted = 0;
                for (var need : needs) {
                    wanted |= Outcome.admittedBy(need, tellsAccess(call));
                }
                boolean knows = call.openFlagsArgument() < 0 || tellsAccess(call);
                add(calls, call, wanted, knows ? call.sieve() : Sieve.NONE);
                seen |= CallTable.indexes(call).length > 0;
            }
            if (!seen && isOfKernel(EventTable.current().byCode(code))) {
                unseen.add(code);
            }
        });
        boolean anything = filter.needs().keySet().stream()
                .anyMatch(code -> isOfKernel(EventTable.current().byCode(code)));
        return new WatchPlan(calls, anything, unseen);
    }

    /// Whether what a call opens for stands in a register. What stands in memory, another thread may
    /// change before it is looked at, so nothing is kept back by it.
    private static boolean tellsAccess(Call call) {
        int flags = call.openFlagsArgument();
        return flags >= 0 && call.captures().get(flags) == Capture.NOTHING;
    }

    /// All there is, whatever the rules ask: for a recording.
    public static WatchPlan everything() {
        var calls = new HashMap<Integer, WatchCall>();
        for (var call : CallTable.current().all()) {
            add(calls, call, Outcome.ALL, Sieve.NONE);
        }
        return new WatchPlan(calls, true, Set.of());
    }

    private static void add(Map<Integer, WatchCall> calls, Call call, int wanted, Sieve sieve) {
        // A new program is told when it is in place; its call tells of what failed only.
        boolean isExec = call.eventCode() == EXECVE || call.eventCode() == EXECVEAT;
        int told = isExec ? wanted & Outcome.FAILED : wanted;
        if (told != 0) {
            for (int index : CallTable.indexes(call)) {
                calls.put(index, WatchCall.of(call, told, sieve));
            }
        }
    }

    /// Events that others make (containers, plug-ins, the reader itself) are none of the kernel's.
    private static boolean isOfKernel(EventType type) {
        return type.origin() == Origin.SYSCALL || type.origin() == Origin.TRACEPOINT;
    }

    /// The kernel's functions that must be heard.
    Set<String> functions() {
        return calls.values().stream().map(WatchCall::function).collect(Collectors.toUnmodifiableSet());
    }
}
