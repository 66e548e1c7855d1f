// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import io.gatehouse.admission.image.Images;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.json.AuditLog;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.UnseenRequests;
import io.gatehouse.engine.policy.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Takes what the API server's audit webhook sends: `Event`, `EventList`, or lists of them. Each event is handled once,
/// whatever is sent again; rules over audit events tell of it; a request that was let through while the gate did not
/// answer is judged late.
///
/// One thread of its own does it, so that no flood of audit events delays a review. A request is answered when its
/// events were handled: until then the API server keeps them.
public final class AuditIntake implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AuditIntake.class.getName());
    private static final int MOST_WAITING = 64;
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Supplier<Snapshot> snapshots;
    private final Images images;
    private final String webhook;
    private final AlertStyle style;
    private final OutputAdditions additions;
    private final GateListener listener;
    private final ArrayBlockingQueue<Request> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread thread;
    /// Written by the closer, read by the thread: nothing more will be offered.
    private volatile boolean closed;

    private final LongAdder events = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder matches = new LongAdder();
    private final LongAdder failedOpen = new LongAdder();
    private final LongAdder unjudged = new LongAdder();
    private final LongAdder unseenTotal = new LongAdder();
    private final LongAdder sentAway = new LongAdder();

    // Of the thread.
    private final Seen seen = new Seen();
    private final AuditLog log = new AuditLog("audit", AuditLog.OF_A_BATCH);
    private AuditRules rules;
    private UnseenRequests unseen;
    private boolean unseenTold;

    private record Request(byte[] body, Consumer<Outcome> done) {}

    /// What became of one request.
    public sealed interface Outcome {
        /// @param broken parts of it that were no event
        record Taken(int events, int broken) implements Outcome {}

        /// Nothing in it was an event.
        record Malformed(List<Diagnostic> diagnostics) implements Outcome {
            public Malformed {
                diagnostics = List.copyOf(diagnostics);
            }
        }

        /// Policies and rules are not loaded yet.
        record NotReady() implements Outcome {}
    }

    /// @param snapshots null while nothing is loaded yet; asked once a request
    /// @param webhook the name that the API server knows the gate by
    public AuditIntake(
            Supplier<Snapshot> snapshots,
            Images images,
            String webhook,
            AlertStyle style,
            OutputAdditions additions,
            GateListener listener) {
        this.snapshots = snapshots;
        this.images = images;
        this.webhook = webhook;
        this.style = style;
        this.additions = additions;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("gatehouse-audit").daemon().unstarted(this::run);
        thread.start();
    }

    /// Queues a request; false where there is no room. Never waits.
    ///
    /// @param done told once, by the thread of the intake
    public boolean offer(byte[] body, Consumer<Outcome> done) {
        if (closed || !waiting.offer(new Request(body, done))) {
            sentAway.increment();
            return false;
        }
        return true;
    }

    /// Any thread.
    public AuditCounts counts() {
        return new AuditCounts(
                events.sum(),
                repeated.sum(),
                broken.sum(),
                failed.sum(),
                matches.sum(),
                failedOpen.sum(),
                unjudged.sum(),
                unseenTotal.sum(),
                sentAway.sum());
    }

    private void run() {
        try {
            while (true) {
                var next = waiting.poll(closed ? 0 : 100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    next.done().accept(take(next.body()));
                } else if (closed) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closing took too long: the API server sends what is left again
        }
    }

    private Outcome take(byte[] body) {
        var snapshot = snapshots.get();
        if (snapshot == null) {
            return new Outcome.NotReady();
        }
        follow(snapshot);
        var batch = log.all(body);
        broken.add(batch.diagnostics().size());
        if (batch.events().isEmpty() && !batch.diagnostics().isEmpty()) {
            return new Outcome.Malformed(batch.diagnostics());
        }
        batch.events().forEach(event -> handle(event, snapshot));
        return new Outcome.Taken(batch.events().size(), batch.diagnostics().size());
    }

    private void follow(Snapshot snapshot) {
        if (rules == null || !rules.areOf(snapshot)) {
            rules = new AuditRules(snapshot, style, additions);
            unseen = new UnseenRequests(snapshot.rules().rules());
            unseenTold = false;
        }
    }

    /// One event that cannot be handled must not cost the others.
    private void handle(JsonEvent event, Snapshot snapshot) {
        if (!seen.first(AuditEvent.id(event.document()), AuditEvent.stage(event.document()))) {
            repeated.increment();
            return;
        }
        events.increment();
        try {
            watchWhatIsLeftOut(event);
            rules.match(event, alert -> {
                matches.increment();
                listener.alert(alert);
            });
            if (AuditEvent.failedOpen(event.document(), webhook)) {
                judgeLate(event, snapshot);
            }
        } catch (RuntimeException | StackOverflowError e) {
            failed.increment();
            LOG.log(System.Logger.Level.ERROR, "an audit event was not handled", e);
        }
    }

    private void watchWhatIsLeftOut(JsonEvent event) {
        long before = unseen.count();
        unseen.see(event);
        unseenTotal.add(unseen.count() - before);
        if (!unseenTold && unseen.count() > 0) {
            unseen.notice(event.document().span()).ifPresent(diagnostic -> {
                unseenTold = true;
                listener.notice("audit events: " + diagnostic.message());
            });
        }
    }

    private void judgeLate(JsonEvent event, Snapshot snapshot) {
        failedOpen.increment();
        MissedReviews.judge(event, snapshot, images).ifPresentOrElse(alerts -> alerts.forEach(listener::alert), () -> {
            unjudged.increment();
            listener.notice("a request was let through while the gate did not answer, and the audit log does"
                    + " not tell what it stored: audit id " + AuditEvent.id(event.document())
                    + "; log such requests at level RequestResponse");
        });
    }

    /// Handles what was queued, for a few seconds at most.
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
