// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.schemas.alert.Alert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Between the answer and whoever takes the alerts, so that a slow taker delays no review. Bounded; what
/// does not fit is counted.
final class AlertQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AlertQueue.class.getName());
    private static final int CAPACITY = 10_000;
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final ArrayBlockingQueue<Alert> waiting = new ArrayBlockingQueue<>(CAPACITY);
    private final Consumer<Alert> taker;
    private final LongAdder lost;
    private final Thread thread;
    /// Written by the closer, read by the thread: nothing more will be offered.
    private volatile boolean closed;

    AlertQueue(Consumer<Alert> taker, LongAdder lost) {
        this.taker = taker;
        this.lost = lost;
        this.thread = Thread.ofPlatform().name("gatehouse-gate-alerts").daemon().start(this::run);
    }

    void offer(List<Alert> alerts) {
        for (var alert : alerts) {
            if (!waiting.offer(alert)) {
                lost.increment();
            }
        }
    }

    private void run() {
        try {
            while (true) {
                var alert = waiting.poll(closed ? 0 : 100, TimeUnit.MILLISECONDS);
                if (alert != null) {
                    hand(alert);
                } else if (closed) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closing took too long: what is left is lost
            lost.add(waiting.size());
        }
    }

    private void hand(Alert alert) {
        try {
            taker.accept(alert);
        } catch (RuntimeException e) { // one taker's failure must not end the queue
            lost.increment();
            LOG.log(System.Logger.Level.ERROR, "an alert of " + alert.policy() + " was not taken", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(DRAIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
