// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.detect.DetectOptions;
import io.gatehouse.agent.detect.Loss;
import io.gatehouse.agent.detect.RuleDetector;
import io.gatehouse.agent.detect.RuleListener;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.outputs.AlertRouter;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.field.Field.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Detection by rules on this node, as the commands run it. Nothing is loaded into the kernel before there is a rule
/// over system calls; rules may come and go while it runs. Safe for threads.
final class NodeDetection implements AutoCloseable {
    /// Cheaper for calls that no rule asks about, and events may be missed: for those who want that.
    private static final String PROGRAM_PER_CALL = "GATEHOUSE_PROGRAM_PER_CALL";

    private final Path nodeRoot;
    private final Function<String, Optional<Map<String, String>>> labels;
    private final Optional<AgentSettings> settings;
    private final AlertRouter alerts;
    private final Told told;
    private final Runnable end;
    // Guarded by this.
    private Optional<CompletableFuture<KernelWatch>> loading = Optional.empty();
    private RuleDetector detector;
    private Snapshot last;
    private boolean refused;
    private boolean closed;

    /// @param labels of a pod by its uid, as far as they are known
    /// @param settings absent: what is usual
    /// @param end is called where the settings ask to end when events are lost
    NodeDetection(
            Path nodeRoot,
            Function<String, Optional<Map<String, String>>> labels,
            Optional<AgentSettings> settings,
            AlertRouter alerts,
            Told told,
            Runnable end) {
        this.labels = labels;
        this.nodeRoot = nodeRoot;
        this.settings = settings;
        this.alerts = alerts;
        this.told = told;
        this.end = end;
    }

    /// Puts the rules of a snapshot in force, the first ones before this returns.
    synchronized void inForce(Snapshot snapshot) {
        if (closed || refused || snapshot == last) {
            return;
        }
        last = snapshot;
        if (detector != null) {
            detector.inForce(snapshot);
        } else if (concernsSystemCalls(snapshot)) {
            start(snapshot);
        }
    }

    /// Labels of pods came, changed or went.
    synchronized void podsChanged() {
        if (detector != null) {
            detector.podsChanged();
        }
    }

    private static boolean concernsSystemCalls(Snapshot snapshot) {
        return snapshot.rules().rules().stream().anyMatch(rule -> rule.enabled() && rule.source() == Source.SYSCALL);
    }

    private void start(Snapshot snapshot) {
        NodeAgent.refuseIfLacking();
        try {
            detector = RuleDetector.start(
                    loaded(), nodeRoot, labels::apply, snapshot.rules(), snapshot.responses(), options(), listener());
            told.say("events are heard by " + detector.counts().carrier());
        } catch (KernelException e) {
            refused = true; // another set of rules would not change it
            told.warn("rules over system calls are not in force: this kernel does not take the watching programs: "
                    + e.getMessage());
        }
    }

    /// Loads the programs beside whatever else a start takes, where it is known that there are rules.
    synchronized void expectRules() {
        NodeAgent.refuseIfLacking();
        loading = Optional.of(CompletableFuture.supplyAsync(() -> KernelWatch.load(watching())));
    }

    private KernelWatch loaded() {
        var begun = loading;
        loading = Optional.empty();
        try {
            return begun.map(CompletableFuture::join).orElseGet(() -> KernelWatch.load(watching()));
        } catch (CompletionException e) {
            if (e.getCause() instanceof KernelException refusal) {
                throw refusal;
            }
            throw e;
        }
    }

    private WatchOptions watching() {
        var usual =
                "1".equals(System.getenv(PROGRAM_PER_CALL)) ? WatchOptions.USUAL.withOwnPrograms() : WatchOptions.USUAL;
        return settings.map(AgentSettings::ringBytes)
                .map(bytes ->
                        usual.ring(Math.toIntExact(bytes), Math.max(Math.toIntExact(bytes), usual.mostRingBytes())))
                .orElse(usual);
    }

    private DetectOptions options() {
        var written = RuleAlerts.of(settings);
        var usual = DetectOptions.usual(written.style());
        return settings.map(asked -> new DetectOptions(
                        written.style(),
                        written.additions(),
                        losses(asked.drops()),
                        usual.killsPerMinute(),
                        usual.silence()))
                .orElse(usual);
    }

    private static DetectOptions.Losses losses(AgentSettings.DropSettings drops) {
        var actions = drops.actions().stream()
                .map(action -> switch (action) {
                    case LOG -> DetectOptions.Losses.Action.LOG;
                    case ALERT -> DetectOptions.Losses.Action.ALERT;
                    case EXIT -> DetectOptions.Losses.Action.EXIT;
                })
                .collect(Collectors.toUnmodifiableSet());
        return new DetectOptions.Losses(drops.threshold(), actions, drops.perSecond(), Math.max(1, drops.burst()));
    }

    private RuleListener listener() {
        return new RuleListener() {
            @Override
            public void alert(RuleAlert alert) {
                alerts.accept(alert);
            }

            @Override
            public void rulesInForce(String digest, int rules, List<String> gaps) {
                told.say("in force on this node: " + rules + (rules == 1 ? " rule" : " rules")
                        + " over system calls, digest " + digest);
                gaps.forEach(gap -> told.warn("not heard: " + gap));
            }

            @Override
            public void notice(String text) {
                told.warn("detection: " + text);
            }

            @Override
            public void endAsked(String why) {
                told.warn("ends, as the configuration asks where events are lost: " + why);
                end.run();
            }
        };
    }

    /// Absent while no rule over system calls was ever in force.
    synchronized Optional<DetectCounts> counts() {
        return Optional.ofNullable(detector).map(RuleDetector::counts);
    }

    /// How many events the watching programs lost.
    synchronized long lost() {
        return counts().map(counts -> Loss.of(counts.kernel()).values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .orElse(0L);
    }

    @Override
    public void close() {
        RuleDetector ended;
        Optional<CompletableFuture<KernelWatch>> begun;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ended = detector;
            begun = loading;
        }
        if (ended != null) {
            ended.close();
        }
        begun.ifPresent(unused ->
                unused.thenAccept(KernelWatch::close).exceptionally(_ -> null).join());
    }
}
