// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.engine.match.KernelNeed.Opening;
import io.gatehouse.engine.match.KernelNeed.Result;
import io.gatehouse.engine.match.KernelNeed.Scope;
import io.gatehouse.engine.match.KernelView;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What the kernel is asked for, from what rules need.
class WatchPlanTest {
    private static final int OPENAT = code("openat");
    private static final int OPENAT2 = code("openat2");
    private static final int EXECVE = code("execve");
    private static final int CONNECT = code("connect");

    @Test
    void only_the_outcomes_that_a_rule_can_match_are_wanted() {
        var plan = plan(Map.of(OPENAT, List.of(need(Result.SUCCEEDED, Set.of(Opening.WRITING), Scope.CONTAINER))));

        int writing = 1 << 4 + 2;
        int both = 1 << 4 + 3;
        assertEquals(writing | both, wanted(plan, "openat"));
        assertEquals(Set.of("openat"), plan.functions());
        assertTrue(plan.processes(), "whoever judges must know whose child a process is");
        assertEquals(Set.of(), plan.unseen());
    }

    @Test
    void needs_add_up() {
        var plan = plan(Map.of(
                CONNECT,
                List.of(need(Result.SUCCEEDED, Set.of(), Scope.HOST), need(Result.FAILED, Set.of(), Scope.CONTAINER))));

        assertEquals(0xf00f, wanted(plan, "connect"));
    }

    /// The flags of openat2 are in memory, so the kernel knows no access when it looks at the outcome.
    @Test
    void a_call_whose_flags_are_not_in_a_register_is_wanted_for_any_access() {
        var plan = plan(Map.of(OPENAT2, List.of(need(Result.SUCCEEDED, Set.of(Opening.WRITING), Scope.ANY))));

        assertEquals(0x00ff, wanted(plan, "openat2"));
    }

    /// Else a rule about programs would be told each of them twice.
    @Test
    void of_a_program_only_its_failure_is_told_by_the_call() {
        var all = plan(Map.of(EXECVE, List.of(KernelNeed.NONE)));
        var succeeded = plan(Map.of(EXECVE, List.of(need(Result.SUCCEEDED, Set.of(), Scope.ANY))));

        assertEquals(0xff00, wanted(all, "execve"));
        assertEquals(Map.of(), succeeded.calls());
        assertTrue(succeeded.processes());
        assertEquals(Set.of(), succeeded.unseen());
        assertEquals(0xff00, wanted(WatchPlan.everything(), "execve"));
    }

    @Test
    void no_rules_ask_for_nothing() {
        assertEquals(WatchPlan.NOTHING, plan(Map.of()));
    }

    /// Falco's own events of containers and plug-ins are not the kernel's to give.
    @Test
    void events_that_others_make_are_neither_asked_for_nor_missed() {
        int async = code(type -> type.name().equals("asyncevent"));

        assertEquals(WatchPlan.NOTHING, plan(Map.of(async, List.of(KernelNeed.NONE))));
    }

    @Test
    void an_event_that_nothing_here_gives_is_named() {
        int enter = code(type -> type.name().equals("openat") && type.direction() == Direction.ENTER);

        assertEquals(
                Set.of(enter), plan(Map.of(enter, List.of(KernelNeed.NONE))).unseen());
    }

    @Test
    void a_call_is_asked_for_by_each_of_its_numbers() {
        var plan = plan(Map.of(OPENAT, List.of(KernelNeed.NONE)));

        assertEquals(CallTable.indexes(call("openat")).length, plan.calls().size());
        plan.calls().forEach((index, call) -> {
            assertEquals("openat", CallTable.current().byIndex(index).name());
            assertEquals("openat", call.function());
        });
    }

    @Test
    void everything_is_every_call_and_none_is_sieved() {
        var plan = WatchPlan.everything();

        for (var call : CallTable.current().all()) {
            for (int index : CallTable.indexes(call)) {
                assertNotEquals(null, plan.calls().get(index), call.name());
                assertEquals(Call.Sieve.NONE.code(), plan.calls().get(index).sieve(), call.name());
            }
        }
    }

    /// By chance: whatever a need admits, the outcome it has is wanted.
    @Test
    void what_a_need_admits_is_wanted() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        int admitted = 0;
        int kept = 0;
        for (int i = 0; i < 20_000; i++) {
            var openings = EnumSet.noneOf(Opening.class);
            for (var opening : Opening.values()) {
                if (random.nextBoolean()) {
                    openings.add(opening);
                }
            }
            var need = need(any(random, Result.values()), openings, any(random, Scope.values()));
            boolean failed = random.nextBoolean();
            boolean host = random.nextBoolean();
            int access = random.nextInt(4);
            // The fields say "reading" of what is open for nothing.
            var view = new KernelView(
                    OptionalLong.of(failed ? -2 : 3),
                    access != 2,
                    access >= 2,
                    Optional.of("/etc/passwd"),
                    host,
                    Optional.of("cat"));
            boolean wanted = (Outcome.admittedBy(need, true) >> (failed ? 8 : 0) + (host ? 0 : 4) + access & 1) == 1;
            if (need.admits(view)) {
                admitted++;
                assertTrue(wanted, () -> "seed " + seed + ", " + need + ", " + view);
            } else if (!wanted) {
                kept++;
            }
        }
        assertTrue(admitted > 1_000 && kept > 1_000, "seed " + seed + " hardly tested anything");
    }

    @Test
    void an_entry_is_as_the_kernel_reads_it() {
        var entry = WatchCall.of(call("openat"), 0x80c0, Call.Sieve.PATH).entry();

        assertEquals((short) 0x80c0, entry.getShort(WatchWire.Call.WANTED));
        assertEquals(3, entry.get(WatchWire.Call.OPEN_FLAGS), "the third argument");
        assertEquals(1, entry.get(WatchWire.Call.SIEVE));
        assertEquals(1, entry.get(WatchWire.Call.SIEVE_ARG));
        assertEquals(1, entry.get(WatchWire.Call.CAPTURE + 1), "a text");
        assertFalse(entry.get(WatchWire.Call.FILES) == 0, "the directory and what was opened");
    }

    private static WatchPlan plan(Map<Integer, List<KernelNeed>> needs) {
        return WatchPlan.of(new KernelFilter(new HashMap<>(needs)));
    }

    private static KernelNeed need(Result result, Set<Opening> openedFor, Scope scope) {
        return new KernelNeed(result, openedFor, Optional.empty(), scope, Optional.empty());
    }

    private static int wanted(WatchPlan plan, String call) {
        return plan.calls().get(call(call).number()).wanted();
    }

    private static Call call(String name) {
        return CallTable.current().all().stream()
                .filter(call -> call.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int code(String name) {
        return call(name).eventCode();
    }

    private static int code(Predicate<EventType> wanted) {
        return EventTable.current().all().stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow()
                .code();
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
