// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.Uninterrupted;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.Place;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.engine.match.MatchSink;
import io.gatehouse.engine.policy.Responses;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.alert.RuleAlert;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// Puts every event of the running kernel to the rules in force: a record is made a scene, the scene is matched by the
/// name that was asked for and by the kernel's own, a match is told and answered, and what can matter to no rule is
/// left in the kernel from then on.
///
/// One platform thread, `gatehouse-watch`, does all of it and owns everything here; other threads hand it rules through
/// one volatile field.
public final class RuleDetector implements AutoCloseable {
    private static final int PROCESS_ENDED = 186;
    /// Beginnings and ends of processes are told whatever of them is wanted.
    private static final KernelFilter PROCESSES = new KernelFilter(Map.of(PROCESS_ENDED, List.of(KernelNeed.NONE)));
    private static final int WAIT_MILLIS = 200;
    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CHORES_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_TOLD_FAILURES = 20;

    private final Watch watch;
    private final Scenes scenes;
    private final DetectOptions options;
    private final RuleListener listener;
    private final InstantSource clock;
    private final Responder responder;
    private final LossWatch losses;
    private final Tally tally = new Tally();
    private final Thread thread;

    // Of the watch thread.
    private RulesInForce rules;
    private LiveRecord record;
    private final RecentKeys recent = new RecentKeys();
    private final List<Rule> matched = new ArrayList<>();
    private final MatchSink<Scene> asAsked = this::matchedAsAsked;
    private final MatchSink<Scene> asResolved = this::matchedAsResolved;
    private long nextChoresNanos;
    private long eventsBefore;
    private long lastEventNanos;
    private boolean silenceTold;
    private long heldBackTold;

    // Written by any thread, read by the watch thread.
    private volatile RulesInForce wanted;
    private volatile boolean stopping;
    private volatile boolean podsChanged;
    // Written by the watch thread, read by any.
    private volatile RulesInForce current;
    private volatile DetectCounts.StateSizes sizes = DetectCounts.StateSizes.NONE;

    private RuleDetector(
            Watch watch,
            Scenes scenes,
            RulesInForce first,
            DetectOptions options,
            RuleListener listener,
            InstantSource clock) {
        this.watch = watch;
        this.scenes = scenes;
        this.options = options;
        this.listener = listener;
        this.clock = clock;
        this.wanted = first;
        this.responder = new Responder(Path.of("/proc"), ProcessHandle.current().pid(), options.killsPerMinute());
        this.losses = new LossWatch(options.losses(), options.style(), System.nanoTime());
        this.lastEventNanos = System.nanoTime();
        this.thread = Thread.ofPlatform().name("gatehouse-watch").unstarted(this::run);
    }

    /// The rules are in force when this returns. Takes the kernel's side over: closing the detector closes it.
    ///
    /// @param nodeRoot the node's root directory, `/` unless the agent runs in a pod that has it elsewhere
    /// @param podLabels the labels of a pod by its uid, where they are known; asked on the detector's thread
    public static RuleDetector start(
            KernelWatch kernel,
            Path nodeRoot,
            Function<String, Optional<Map<String, String>>> podLabels,
            RuleSet rules,
            Responses responses,
            DetectOptions options,
            RuleListener listener) {
        var watch = new WatchingKernel(kernel);
        return start(
                watch,
                new LiveScenes(nodeRoot, Limits.DEFAULT, podLabels, watch),
                rules,
                responses,
                options,
                listener,
                InstantSource.system());
    }

    static RuleDetector start(
            Watch watch,
            Scenes scenes,
            RuleSet rules,
            Responses responses,
            DetectOptions options,
            RuleListener listener,
            InstantSource clock) {
        var first = new RulesInForce(rules, responses, options);
        var detector = new RuleDetector(watch, scenes, first, options, listener, clock);
        watch.need(PROCESSES); // who begins and ends meanwhile is told, and no storm of other events fills the ring
        scenes.begin();
        detector.applyWanted();
        detector.thread.start();
        return detector;
    }

    /// Hands over other rules and responses. Any thread; compiles them, and returns before they are in force, which
    /// [RuleListener#rulesInForce] tells. What is known of processes stays.
    public void inForce(Snapshot snapshot) {
        wanted = new RulesInForce(snapshot.rules(), snapshot.responses(), options);
        watch.wake();
    }

    /// Labels of pods came, changed or went. Any thread.
    public void podsChanged() {
        podsChanged = true;
        watch.wake();
    }

    // ---- the watch thread

    private void run() {
        nextChoresNanos = System.nanoTime() + CHORES_NANOS;
        long pauseNanos = 0;
        while (!stopping) {
            guarded("rules were not put in force", this::applyWanted);
            pauseNanos = guarded("the kernel was not read", () -> watch.read(this::receive, WAIT_MILLIS))
                    ? 0
                    : pause(pauseNanos);
            if (System.nanoTime() - nextChoresNanos >= 0) {
                nextChoresNanos = System.nanoTime() + CHORES_NANOS;
                guarded("the chores were not done", this::chores);
            }
        }
        guarded("the kernel was not read", () -> watch.read(this::receive, 0)); // what happened before the end is told
    }

    /// The edge of the thread: one failure must not end what watches all the rest.
    private boolean guarded(String what, Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException e) {
            failed(what, e);
            return false;
        }
    }

    /// What fails at once and for ever must not take a processor. The end cuts it short.
    ///
    /// @param before the pause before this one, 0 for none
    /// @return how long it was meant to be
    private long pause(long before) {
        long nanos = Math.clamp(2 * before, LEAST_PAUSE_NANOS, MOST_PAUSE_NANOS);
        if (!stopping) {
            LockSupport.parkNanos(this, nanos);
        }
        return nanos;
    }

    private void failed(String what, RuntimeException e) {
        tally.failure();
        if (tally.failures() <= MOST_TOLD_FAILURES) {
            listener.notice(what + ": " + e);
        }
    }

    /// First the kernel tells what the new rules want, then they judge, then what the old ones let pass unseen is
    /// looked at anew. An event is judged by the old rules or by the new ones, never by none.
    private void applyWanted() {
        var next = wanted;
        if (next == rules) {
            return;
        }
        watch.need(next.filter());
        scenes.judgedBy(next.rules());
        rules = next;
        watch.nextGeneration();
        current = next;
        listener.rulesInForce(next.digest(), next.rules().size(), watch.gaps());
    }

    private void receive(LiveRecord of) {
        try {
            handle(of);
        } catch (RuntimeException e) {
            failed("an event was not judged", e);
        }
    }

    private void handle(LiveRecord of) {
        record = of;
        tally.event();
        if (recent.has(of)) {
            return;
        }
        var scene = scenes.of(of);
        if (scene == null) {
            return;
        }
        place(of, scene);
        if (rules.concerns(scene.event().code())) {
            judge(scene);
        }
    }

    /// Says to the kernel whose a control group is, once that is known.
    private void place(LiveRecord of, Scene scene) {
        if (of.is(LiveRecord.FACT_CGROUP_NEW) && scene.task() != null && scenes.isPlaced(of.cgroup())) {
            watch.place(of.cgroup(), scene.task().containerId().isEmpty() ? Place.HOST : Place.CONTAINER);
        }
    }

    /// By the name that was asked for; then, where the kernel knows the file by another, by that, for the
    /// rules that did not match before.
    private void judge(Scene scene) {
        matched.clear();
        int matches = rules.match(scene, asAsked);
        if (matches == 0 || rules.matching() == RuleMatching.ALL) {
            if (scene.useResolvedName(true)) {
                matches += rules.match(scene, asResolved);
                scene.useResolvedName(false);
            }
        }
        if (matches == 0 && record.has(LiveRecord.SIEVE_KEY) && rules.cannotMatter(record, scene)) {
            watch.sieve(record.bytes(), record.offset(LiveRecord.SIEVE_KEY));
            recent.add(record);
            tally.key();
        }
    }

    private void matchedAsAsked(Rule rule, Scene scene) {
        matched.add(rule);
        tell(rule, scene);
    }

    private void matchedAsResolved(Rule rule, Scene scene) {
        if (!matched.contains(rule)) {
            tell(rule, scene);
        }
    }

    private void tell(Rule rule, Scene scene) {
        tally.match(rule.name());
        var told = rules.told(rule);
        var culprit = culprit(scene);
        var now = clock.instant();
        var answer = responder.answer(
                told.responses(), culprit, LocalDate.ofInstant(now, ZoneOffset.UTC), System.nanoTime());
        long nanos = scene.event().timeNanos();
        var alert = new RuleAlert(
                Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)),
                rule.name(),
                rule.priority().label(),
                "syscall",
                rule.tags(),
                told.printer().text(scene),
                told.printer().json(scene),
                rules.program(scene),
                scene.containerId() == null ? "" : scene.containerId(),
                answer);
        tally.latency(BootClock.nanos() - record.timeNanos());
        raise(alert);
    }

    private Optional<Culprit> culprit(Scene scene) {
        var task = scene.task();
        return task == null || record.kind() == LiveRecord.EXIT
                ? Optional.empty()
                : Optional.of(new Culprit(
                        record.pid(),
                        record.processStartNanos(),
                        task.containerId(),
                        rules.namespace(scene),
                        record.is(LiveRecord.FACT_KERNEL_THREAD)));
    }

    private void raise(RuleAlert alert) {
        tally.alert();
        listener.alert(alert);
    }

    // ---- losses

    private void chores() {
        if (podsChanged) {
            podsChanged = false;
            scenes.podsChanged();
        }
        scenes.chores();
        sizes = scenes.sizes();
        var counts = watch.counts();
        losses.look(tally.events(), Loss.of(counts), System.nanoTime(), clock.instant())
                .ifPresent(this::tellLoss);
        tellSilence();
        tellHeldBack();
    }

    private void tellLoss(LossWatch.Finding finding) {
        if (finding.log()) {
            listener.notice(finding.text());
        }
        finding.alert().ifPresent(this::raise);
        if (finding.exit()) {
            listener.endAsked(finding.text());
        }
    }

    /// A node without any event for minutes is more likely blind than quiet.
    private void tellSilence() {
        long now = System.nanoTime();
        if (tally.events() != eventsBefore || rules.rules().isEmpty()) {
            eventsBefore = tally.events();
            lastEventNanos = now;
            silenceTold = false;
        } else if (!options.silence().isZero()
                && !silenceTold
                && now - lastEventNanos >= options.silence().toNanos()) {
            silenceTold = true;
            listener.notice("no event for "
                    + Duration.ofNanos(now - lastEventNanos).toSeconds() + " s, although rules ask for some");
        }
    }

    private void tellHeldBack() {
        long heldBack = responder.counts().heldBack();
        if (heldBack > heldBackTold) {
            listener.notice("responses held back, " + options.killsPerMinute() + " kills a minute are the limit: "
                    + (heldBack - heldBackTold) + " (" + heldBack + " since start)");
            heldBackTold = heldBack;
        }
    }

    // ---- any thread

    public DetectCounts counts() {
        var inForce = current;
        return new DetectCounts(
                inForce.digest(),
                inForce.rules().size(),
                tally.events(),
                tally.matches(),
                tally.alerts(),
                tally.keys(),
                watch.counts(),
                watch.ringBytes(),
                tally.failures(),
                sizes,
                responder.counts(),
                tally.latency(),
                watch.gaps(),
                watch.carrier());
    }

    /// What happened until now is judged, then every program is taken off its hook.
    @Override
    public void close() {
        stopping = true;
        watch.wake();
        LockSupport.unpark(thread);
        Uninterrupted.join(thread);
        watch.close();
        scenes.close();
    }
}
