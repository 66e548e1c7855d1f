// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.outputs.Entry.LossCause;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/// One output with its queue, its thread and its losses.
final class Channel {
    /// So that a queue that stays full does not fill the output with words about it.
    private static final Duration BETWEEN_LOST = Duration.ofSeconds(1);

    /// Ends a wait for the next entry, nothing more.
    private static final Entry WAKE = new Entry.Lost(Instant.EPOCH, 0, LossCause.CLOSED);

    private final Output output;
    private final String name;
    private final AlertRouter.Settings settings;
    private final InstantSource clock;
    private final Consumer<String> notices;
    private final BlockingQueue<Entry> queue;
    private final Thread thread;

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLongArray lost = new AtomicLongArray(LossCause.values().length);
    private volatile String problem = ""; // written by the output's thread, read by whoever asks for counts
    private volatile boolean ended; // nobody will take from the queue any more
    private final CountDownLatch stopping = new CountDownLatch(1);

    // The output's thread's own.
    private final long[] toldLost = new long[LossCause.values().length];
    private long lastToldNanos = System.nanoTime() - BETWEEN_LOST.toNanos();
    private long failingSinceNanos;
    private long lostBeforeFailing;

    Channel(Output output, AlertRouter.Settings settings, InstantSource clock, Consumer<String> notices) {
        this.output = output;
        this.name = output.name();
        this.settings = settings;
        this.clock = clock;
        this.notices = notices;
        this.queue = new ArrayBlockingQueue<>(settings.queuedPerOutput());
        this.thread = Thread.ofPlatform().name("output-" + name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void offer(Entry entry) {
        accepted.incrementAndGet();
        if (ended) {
            lose(entry, LossCause.CLOSED);
        } else if (!queue.offer(entry)) {
            lose(entry, LossCause.QUEUE_FULL);
        } else if (ended) {
            sweep(); // the thread may have ended between the look and the offer
        }
    }

    /// A lost word about losses is not a lost alert, but a lost word about suppressed ones is one entry less.
    private void lose(Entry entry, LossCause cause) {
        if (!(entry instanceof Entry.Lost)) {
            lost.incrementAndGet(cause.ordinal());
        }
    }

    private void sweep() {
        for (var entry = queue.poll(); entry != null; entry = queue.poll()) {
            lose(entry, LossCause.NOT_DRAINED);
        }
    }

    private void run() {
        try {
            while (true) {
                var entry = next();
                if (entry == null) {
                    break; // stopping and nothing left
                }
                tellLost();
                if (!write(entry)) {
                    break; // stopping and not working
                }
            }
            tellLost();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // abandoned
        } finally {
            ended = true;
            sweep();
            closeOutput();
        }
    }

    /// The next entry, or null when there will be none.
    private Entry next() throws InterruptedException {
        while (true) {
            Entry entry;
            if (stopping()) {
                entry = queue.poll();
                if (entry == null) {
                    return null;
                }
            } else if (totalLost() > totalTold()) {
                entry = queue.poll(BETWEEN_LOST.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                entry = queue.take();
            }
            if (entry != null && entry != WAKE) {
                return entry;
            }
            tellLost();
        }
    }

    private enum Outcome {
        WRITTEN,
        FAILED,
        BROKEN
    }

    /// Writes one entry, trying again until it is written; false if stopped before that.
    private boolean write(Entry entry) throws InterruptedException {
        var settled = false;
        try {
            var pause = settings.firstPause();
            var lastTry = false;
            while (true) {
                var outcome = attempt(entry);
                settled = outcome != Outcome.FAILED;
                if (settled || lastTry) {
                    return settled;
                }
                lastTry = stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
                var doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(settings.longestPause()) < 0 ? doubled : settings.longestPause();
            }
        } finally {
            if (!settled) {
                lose(entry, LossCause.NOT_DRAINED);
            }
        }
    }

    private Outcome attempt(Entry entry) throws InterruptedException {
        try {
            output.write(entry);
            if (!(entry instanceof Entry.Lost)) {
                written.incrementAndGet();
            }
            recovered();
            return Outcome.WRITTEN;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            failures.incrementAndGet();
            failed(reason(e));
            return Outcome.FAILED;
        } catch (RuntimeException e) { // this thread's edge: one odd entry must not end the output
            lose(entry, LossCause.BROKEN);
            notices.accept("GH-7103: output '%s' cannot write an alert: %s".formatted(name, e));
            return Outcome.BROKEN;
        }
    }

    /// Tells once, however often it fails until it works again.
    private void failed(String reason) {
        if (problem.isEmpty()) {
            failingSinceNanos = System.nanoTime();
            lostBeforeFailing = totalLost();
            notices.accept("GH-7101: output '%s' does not work: %s; %d alerts may wait, more are lost"
                    .formatted(name, reason, settings.queuedPerOutput()));
        }
        problem = reason;
    }

    private void recovered() {
        if (!problem.isEmpty()) {
            problem = "";
            var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - failingSinceNanos);
            notices.accept("GH-7102: output '%s' works again after %d s; %d alerts lost"
                    .formatted(name, seconds, totalLost() - lostBeforeFailing));
        }
    }

    /// Tells in the output itself what it lost, at most once a second.
    private void tellLost() throws InterruptedException {
        var now = System.nanoTime();
        if (!stopping() && now - lastToldNanos < BETWEEN_LOST.toNanos()) {
            return;
        }
        for (var cause : LossCause.values()) {
            var untold = lost.get(cause.ordinal()) - toldLost[cause.ordinal()];
            if (untold > 0) {
                toldLost[cause.ordinal()] += untold;
                lastToldNanos = now;
                write(new Entry.Lost(clock.instant(), untold, cause));
            }
        }
    }

    private boolean stopping() {
        return stopping.getCount() == 0;
    }

    private long totalLost() {
        var total = 0L;
        for (var i = 0; i < lost.length(); i++) {
            total += lost.get(i);
        }
        return total;
    }

    private long totalTold() {
        var total = 0L;
        for (var told : toldLost) {
            total += told;
        }
        return total;
    }

    private void closeOutput() {
        try {
            output.close();
        } catch (IOException e) {
            notices.accept("GH-7104: output '%s' did not close: %s".formatted(name, reason(e)));
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    AlertRouter.OutputCounts counts() {
        Map<LossCause, Long> byCause = new EnumMap<>(LossCause.class);
        for (var cause : LossCause.values()) {
            var count = lost.get(cause.ordinal());
            if (count > 0) {
                byCause.put(cause, count);
            }
        }
        return new AlertRouter.OutputCounts(
                name, accepted.get(), written.get(), failures.get(), byCause, queue.size(), problem);
    }

    /// Asks the thread to write what is queued and to end.
    void stop() {
        stopping.countDown();
        queue.offer(WAKE); // a full queue needs none: nobody waits for its next entry
    }

    boolean ended(Duration within) {
        try {
            return thread.join(within);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }

    /// The time is over. What waits is lost; a write that hangs is interrupted, and left alone if that does not help.
    void abandon() {
        ended = true;
        sweep();
        thread.interrupt();
    }
}
