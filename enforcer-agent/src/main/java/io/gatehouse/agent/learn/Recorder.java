// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.engine.act.Recording.Kind;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// Turns what the kernel tells into lines of a recording. An act is written when it is first seen; repetitions are
/// counted and written every ten seconds, so that a busy container costs a look into a table and no more.
public final class Recorder implements AutoCloseable {
    private static final Duration COUNTED_FOR = Duration.ofSeconds(10);

    /// How long the end waits for the names of images.
    private static final Duration LOOKERS_PATIENCE = Duration.ofSeconds(5);

    /// Different acts of which repetitions are counted; beyond it counting starts again.
    private static final int MAX_KINDS = 65_536;

    private final KernelSide kernel;
    private final Writer writer;
    private final Function<Governed, Optional<Map<String, String>>> labels;
    private final Consumer<RecordedLine> lines;

    // Guarded by this: the ring thread, and the one that closes.
    private final Map<Kind, Repeated> seen = new HashMap<>();
    private long flushNanos = System.nanoTime() + COUNTED_FOR.toNanos();
    private List<String> reads = List.of();

    private final Set<Thread> lookers = ConcurrentHashMap.newKeySet();

    /// Whose recording it is.
    public enum Writer {
        /// Every rule is asked; policies are ours and nobody's business.
        LEARN,
        /// Policies in force are asked, and what they say is recorded.
        AGENT
    }

    private static final class Repeated {
        private final RecordedAct act;
        private long times;
        private long lastNs;

        private Repeated(RecordedAct act) {
            this.act = act;
        }
    }

    /// @param labels of a container's pod
    /// @param lines must not block; called by the ring thread and by others, one at a time
    public Recorder(
            KernelSide kernel,
            Writer writer,
            Function<Governed, Optional<Map<String, String>>> labels,
            Consumer<RecordedLine> lines) {
        this.kernel = kernel;
        this.writer = writer;
        this.labels = labels;
        this.lines = lines;
    }

    /// Policies came into force.
    public void inForce(Collection<WorkloadPolicy> policies, Instant now) {
        var asked = new TreeSet<RuntimeRule>();
        var read = new LinkedHashSet<String>();
        for (var policy : policies) {
            policy.runtime().ifPresent(section -> {
                for (var rule : RuntimeRule.values()) {
                    if (rule.asked(section).isPresent() && kernel.keeps(rule)) {
                        asked.add(rule);
                    }
                }
                section.reads().ifPresent(reads -> read.addAll(reads.forbid()));
            });
        }
        var gaps = new LinkedHashSet<String>();
        asked.forEach(rule -> gaps.addAll(kernel.gaps(rule)));
        synchronized (this) {
            reads = List.copyOf(read);
            lines.accept(new RecordedLine.Begun(
                    now,
                    writer == Writer.LEARN ? "learn" : "agent",
                    ActFacts.word(kernel.backend()),
                    asked.stream().map(RuntimeRule::text).toList(),
                    reads,
                    List.copyOf(gaps)));
        }
    }

    /// Returns at once; what the image's names are is found out beside.
    public void met(Governed governed, Instant now) {
        List<String> watched;
        synchronized (this) {
            watched = reads;
        }
        var looking = Thread.ofPlatform()
                .daemon()
                .name("gatehouse-names-of-image")
                .unstarted(() -> {
                    try {
                        var container = ImageNames.of(kernel, governed.container(), labels.apply(governed), watched);
                        synchronized (this) {
                            lines.accept(new RecordedLine.Met(now, container));
                        }
                    } catch (KernelException | IllegalStateException _) {
                        return; // the kernel side was closed meanwhile
                    }
                });
        lookers.removeIf(each -> !each.isAlive());
        lookers.add(looking);
        looking.start();
    }

    /// What the kernel told of a governed container.
    public void acted(KernelEvent event, Governed governed) {
        add(
                new RecordedAct(
                        Instant.EPOCH,
                        Instant.EPOCH,
                        1,
                        governed.container().facts(),
                        governed.container().podFacts(),
                        ActFacts.word(event.act()),
                        ActFacts.rules(event),
                        event.path(),
                        event.pathComplete(),
                        ActFacts.file(event),
                        ActFacts.endpoint(event),
                        ActFacts.by(event),
                        ActFacts.process(event),
                        ActFacts.detail(event, governed),
                        ActFacts.word(event.backend()),
                        writer == Writer.AGENT ? ActFacts.breaches(event, governed) : List.of()),
                event.timeNs());
    }

    /// An act that was done at a time since boot; its own times are not read.
    synchronized void add(RecordedAct act, long timeNs) {
        var before = seen.get(Kind.of(act));
        if (before != null) {
            before.times++;
            before.lastNs = timeNs;
        } else {
            if (seen.size() >= MAX_KINDS) {
                flush();
                seen.clear();
            }
            var first = at(act, BootClock.timeOfDay(timeNs), 1);
            seen.put(Kind.of(act), new Repeated(first));
            lines.accept(new RecordedLine.Acted(first));
        }
        if (System.nanoTime() - flushNanos > 0) {
            flush();
        }
    }

    public synchronized void lost(long count, String cause, Instant now) {
        if (count > 0) {
            lines.accept(new RecordedLine.Lost(now, count, cause));
        }
    }

    /// Writes what was counted.
    private void flush() {
        flushNanos = System.nanoTime() + COUNTED_FOR.toNanos();
        var counted = new ArrayList<>(seen.values());
        for (var repeated : counted) {
            if (repeated.times > 0) {
                lines.accept(
                        new RecordedLine.Acted(at(repeated.act, BootClock.timeOfDay(repeated.lastNs), repeated.times)));
                repeated.times = 0;
            }
        }
    }

    private static RecordedAct at(RecordedAct act, Instant time, long count) {
        return new RecordedAct(
                time,
                time,
                count,
                act.container(),
                act.pod(),
                act.act(),
                act.rules(),
                act.path(),
                act.pathComplete(),
                act.file(),
                act.endpoint(),
                act.by(),
                act.process(),
                act.detail(),
                act.backend(),
                act.breaches());
    }

    /// Waits until it is known what the names of the images are that were met. To be called before the kernel side is
    /// closed.
    public void awaitNames() {
        for (var looker : lookers) {
            try {
                looker.join(LOOKERS_PATIENCE);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Writes what was counted and not yet written.
    @Override
    public synchronized void close() {
        flush();
    }
}
