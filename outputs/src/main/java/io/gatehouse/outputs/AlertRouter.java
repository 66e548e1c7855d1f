// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Takes alerts from whoever raises them and brings each to all outputs, without ever making the caller wait for one.
///
/// Safe for threads.
public final class AlertRouter implements AutoCloseable {
    /// @param queuedPerOutput entries an output may be behind before it loses some
    /// @param drain how long a close waits for all outputs together
    /// @param firstPause after an output's first failure; doubled with each further one
    /// @param longestPause between two tries of an output that does not work
    /// @param window see [StormFilter.Limits]
    /// @param sameMatchPerWindow alerts of one rule, program and container that pass in a window; 0 for all
    public record Settings(
            int queuedPerOutput,
            Duration drain,
            Duration firstPause,
            Duration longestPause,
            Duration window,
            int sameProgramPerWindow,
            int sameContainerPerWindow,
            int sameMatchPerWindow) {
        public Settings {
            if (queuedPerOutput < 1) {
                throw new IllegalArgumentException("a queue needs a place, has " + queuedPerOutput);
            }
            if (sameMatchPerWindow < 0) {
                throw new IllegalArgumentException("no limit of matches: " + sameMatchPerWindow);
            }
        }

        /// Every match of a rule is told.
        public Settings(
                int queuedPerOutput,
                Duration drain,
                Duration firstPause,
                Duration longestPause,
                Duration window,
                int sameProgramPerWindow,
                int sameContainerPerWindow) {
            this(
                    queuedPerOutput,
                    drain,
                    firstPause,
                    longestPause,
                    window,
                    sameProgramPerWindow,
                    sameContainerPerWindow,
                    0);
        }

        public Settings withQueuedPerOutput(int places) {
            return new Settings(
                    places,
                    drain,
                    firstPause,
                    longestPause,
                    window,
                    sameProgramPerWindow,
                    sameContainerPerWindow,
                    sameMatchPerWindow);
        }

        public Settings withSameMatchPerWindow(int limit) {
            return new Settings(
                    queuedPerOutput,
                    drain,
                    firstPause,
                    longestPause,
                    window,
                    sameProgramPerWindow,
                    sameContainerPerWindow,
                    limit);
        }

        public static Settings defaults() {
            return new Settings(
                    4096,
                    Duration.ofSeconds(5),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    10,
                    100);
        }

        StormFilter.Limits storm() {
            return new StormFilter.Limits(window, sameProgramPerWindow, sameContainerPerWindow);
        }
    }

    /// Numbers since the start. For each output `accepted` is `written`, `lost` and `queued` together, but for the one
    /// entry it may be about to write.
    ///
    /// @param alerts given to the router
    /// @param suppressed of them, left out as repetitions
    public record Counts(long alerts, long suppressed, List<OutputCounts> outputs) {
        public Counts {
            outputs = List.copyOf(outputs);
        }
    }

    /// @param accepted entries given to this output
    /// @param failures tries that failed; the entry was tried again
    /// @param lost by cause; a cause that never came up is absent
    /// @param problem why the output does not work right now; empty if it does
    public record OutputCounts(
            String name,
            long accepted,
            long written,
            long failures,
            Map<Entry.LossCause, Long> lost,
            int queued,
            String problem) {
        public OutputCounts {
            lost = Map.copyOf(lost);
        }
    }

    private final Settings settings;
    private final InstantSource clock;
    private final StormFilter storm; // guarded by itself
    private final RepetitionFilter repetitions; // guarded by storm
    private long alerts; // guarded by storm
    private final List<Channel> channels;
    private final Thread teller;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    /// Owns the outputs from now on and closes them.
    ///
    /// @param notices told once when an output stops working and once when it works again
    public AlertRouter(List<Output> outputs, Settings settings, InstantSource clock, Consumer<String> notices) {
        this.settings = settings;
        this.clock = clock;
        this.storm = new StormFilter(settings.storm());
        this.repetitions = new RepetitionFilter(settings.window(), settings.sameMatchPerWindow());
        this.channels = outputs.stream()
                .map(output -> new Channel(output, settings, clock, notices))
                .toList();
        this.teller = Thread.ofPlatform().name("output-storms").daemon().unstarted(this::tellSuppressed);
        channels.forEach(Channel::start);
        teller.start();
    }

    public static AlertRouter to(List<Output> outputs) {
        return new AlertRouter(outputs, Settings.defaults(), InstantSource.system(), System.err::println);
    }

    /// Returns at once; what an output cannot take is counted there.
    public void accept(Alert alert) {
        List<Entry> entries;
        synchronized (storm) { // held for a look at two maps
            alerts++;
            entries = storm.accept(alert, clock.instant());
        }
        entries.forEach(this::offer);
    }

    /// The same for a rule's match.
    public void accept(RuleAlert alert) {
        List<Entry> entries;
        synchronized (storm) {
            alerts++;
            entries = repetitions.accept(alert, clock.instant());
        }
        entries.forEach(this::offer);
    }

    private void offer(Entry entry) {
        for (var channel : channels) {
            channel.offer(entry);
        }
    }

    /// Storms end without a further alert, so somebody must look at the clock.
    private void tellSuppressed() {
        try {
            while (!closing.await(1, TimeUnit.SECONDS)) {
                tellDue();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nobody but us could have: the thread ends
        }
    }

    void tellDue() {
        List<Entry> entries;
        synchronized (storm) {
            var now = clock.instant();
            entries = new ArrayList<>(storm.due(now));
            entries.addAll(repetitions.due(now));
        }
        entries.forEach(this::offer);
    }

    public Counts counts() {
        long all;
        long suppressed;
        synchronized (storm) {
            all = alerts;
            suppressed = storm.suppressed() + repetitions.suppressed();
        }
        return new Counts(
                all, suppressed, channels.stream().map(Channel::counts).toList());
    }

    /// Writes what is queued for as long as [Settings#drain] allows, counts the rest as lost and closes the outputs. An
    /// output that hangs is left behind with its thread, which does not keep the process alive.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closing.countDown();
        List<Entry> rest;
        synchronized (storm) {
            var now = clock.instant();
            rest = new ArrayList<>(storm.rest(now));
            rest.addAll(repetitions.rest(now));
        }
        rest.forEach(this::offer);
        channels.forEach(Channel::stop);
        var deadline = System.nanoTime() + settings.drain().toNanos();
        var late = new ArrayList<Channel>();
        for (var channel : channels) {
            if (!channel.ended(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                late.add(channel);
            }
        }
        late.forEach(Channel::abandon);
    }
}
