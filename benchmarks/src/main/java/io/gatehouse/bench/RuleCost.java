// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import com.sun.management.ThreadMXBean;
import io.gatehouse.bench.RecordedEvents.Recorded;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What rules cost an event, by their number: matching alone, on recorded values, and the whole replay from bytes of a
/// capture to matches. What one rule costs is the baseline of the first, no rule at all of the second.
final class RuleCost {
    private static final long WARM_UP_NANOS = Long.getLong("gatehouse.bench.warm-up", 3_000) * 1_000_000;
    private static final int TURNS = 9;
    private static final long TURN_NANOS = 100_000_000;
    /// One of so many events is kept for matching alone.
    private static final int EVERY = 3;
    private static final double COMPILE_BUDGET_MILLIS = 300;

    private RuleCost() {}

    static void print(PrintStream out) throws IOException {
        if (!ReferenceRules.installed() || !RecordedEvents.installed()) {
            out.println("skipped: the reference rules and captures are not in ../shared/falco");
            return;
        }
        var sets = sets();
        var captures = RecordedEvents.captures();
        out.print(matching(out, sets, captures));
        out.print(replay(out, sets, captures));
        out.print(compiling());
    }

    private static Map<String, List<Rule>> sets() throws IOException {
        var stable = ReferenceRules.compile(ReferenceRules.texts(ReferenceRules.STABLE));
        var all = ReferenceRules.compile(ReferenceRules.texts(ReferenceRules.ALL));
        var sets = new LinkedHashMap<String, List<Rule>>();
        sets.put("1 rule", stable.subList(0, 1));
        sets.put(stable.size() + " rules", stable);
        sets.put(all.size() + " rules", all);
        sets.put("500 rules", ReferenceRules.many(all, 500));
        return sets;
    }

    private static String matching(PrintStream out, Map<String, List<Rule>> sets, List<byte[]> captures)
            throws IOException {
        var fields = new RecordedEvents();
        sets.values().forEach(rules -> MatchPlan.compile(rules, Source.SYSCALL, fields));
        var events = fields.record(captures, EVERY);
        out.println(events.size() + " recorded events");
        var table = new Table();
        var baseline = OptionalDouble.empty();
        for (var set : sets.entrySet()) {
            var matcher = matcher(set.getValue(), fields);
            var quiet = quiet(events, matcher);
            var measured = measure(() -> matchAll(quiet, matcher), quiet.size());
            out.println(
                    "  %s: %d of %d events match".formatted(set.getKey(), events.size() - quiet.size(), events.size()));
            table.row(set.getKey() + ", matching alone", "ns/event", OptionalDouble.empty(), baseline, measured.nanos);
            table.row(set.getKey() + ", allocated", "bytes/event", measured.bytes);
            baseline = baseline.isPresent() ? baseline : OptionalDouble.of(measured.nanos);
        }
        return table.text();
    }

    /// The events that match nothing, which are those whose cost counts.
    private static List<Recorded> quiet(List<Recorded> events, Matcher<Recorded> matcher) {
        return events.stream()
                .filter(event -> matcher.match(event, event.kind(), (_, _) -> {}) == 0)
                .toList();
    }

    private static int matchAll(List<Recorded> events, Matcher<Recorded> matcher) {
        int matches = 0;
        for (int i = 0; i < events.size(); i++) {
            var event = events.get(i);
            matches += matcher.match(event, event.kind(), (_, _) -> {});
        }
        return matches;
    }

    private static String replay(PrintStream out, Map<String, List<Rule>> sets, List<byte[]> captures)
            throws IOException {
        var fields = new SyscallFields(ZoneOffset.UTC);
        long events = 0;
        for (var capture : captures) {
            events += replay(capture, null);
        }
        out.println(events
                + " events of short captures replayed a turn, their tables with them; 'bench replay' takes a long one");
        var table = new Table();
        long count = events;
        var none = measure(() -> replayAll(captures, null), count);
        table.row("no rule, replay", "ns/event", none.nanos);
        table.row("no rule, allocated", "bytes/event", none.bytes);
        for (var set : sets.entrySet()) {
            var matcher = matcher(set.getValue(), fields);
            var measured = measure(() -> replayAll(captures, matcher), count);
            table.row(
                    set.getKey() + ", replay",
                    "ns/event",
                    OptionalDouble.empty(),
                    OptionalDouble.of(none.nanos),
                    measured.nanos);
            table.row(
                    set.getKey() + ", allocated",
                    "bytes/event",
                    OptionalDouble.empty(),
                    OptionalDouble.of(none.bytes),
                    measured.bytes);
        }
        return table.text();
    }

    private static long replayAll(List<byte[]> captures, Matcher<Scene> matcher) throws IOException {
        long sum = 0;
        for (var capture : captures) {
            sum += replay(capture, matcher);
        }
        return sum;
    }

    /// @param matcher null for none
    /// @return how many events, without a matcher; else how many matches
    private static long replay(byte[] capture, Matcher<Scene> matcher) throws IOException {
        var sum = new long[1];
        CaptureScenes.read(new ByteArrayInputStream(capture), Limits.DEFAULT, scene -> {
            sum[0] += matcher == null ? 1 : matcher.match(scene, scene.event().code(), (_, _) -> {});
            return true;
        });
        return sum[0];
    }

    private static String compiling() throws IOException {
        var texts = ReferenceRules.texts(ReferenceRules.ALL);
        var fields = new SyscallFields(ZoneOffset.UTC);
        var rules = ReferenceRules.compile(texts);
        var planned = measure(
                () -> MatchPlan.compile(rules, Source.SYSCALL, fields).rules().size(), 1);
        var whole = measure(
                () -> MatchPlan.compile(ReferenceRules.compile(texts), Source.SYSCALL, fields)
                        .rules()
                        .size(),
                1);
        return new Table()
                .row("all files, rules to plan, warm", "ms", planned.nanos / 1e6)
                .row(
                        "all files, text to plan, warm",
                        "ms",
                        OptionalDouble.of(COMPILE_BUDGET_MILLIS),
                        OptionalDouble.empty(),
                        whole.nanos / 1e6)
                .text();
    }

    private static <E> Matcher<E> matcher(List<Rule> rules, Readers<E> fields) {
        return MatchPlan.compile(rules, Source.SYSCALL, fields).matcher(RuleMatching.FIRST);
    }

    @FunctionalInterface
    private interface Turn {
        long run() throws IOException;
    }

    /// @param nanos of this thread's time on the processor per event, the median of all turns
    /// @param bytes allocated per event, the least of all turns
    private record Measured(double nanos, double bytes) {}

    private static Measured measure(Turn turn, long events) throws IOException {
        long runs = warmUp(turn);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var nanos = new ArrayList<Double>();
        double bytes = Double.MAX_VALUE;
        for (int i = 0; i < TURNS; i++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = threads.getCurrentThreadCpuTime();
            for (long run = 0; run < runs; run++) {
                consumed += turn.run();
            }
            double elapsed = threads.getCurrentThreadCpuTime() - start;
            nanos.add(elapsed / (events * runs));
            bytes = Math.min(bytes, (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / (events * runs));
        }
        return new Measured(Overhead.median(nanos), bytes);
    }

    /// @return how many runs fill a turn
    private static long warmUp(Turn turn) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long runs = 0;
        long elapsed = 0;
        long last = 0;
        while (elapsed < WARM_UP_NANOS) {
            consumed += turn.run();
            runs++;
            last = threads.getCurrentThreadCpuTime() - start - elapsed;
            elapsed += last;
        }
        return Math.max(1, TURN_NANOS / Math.max(last, 1));
    }

    /// Keeps the compiler from finding that nobody wants the results.
    private static long consumed;
}
