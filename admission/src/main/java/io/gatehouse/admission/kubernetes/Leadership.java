// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Stands for election among the replicas, by a Lease, for as long as it is open. What only one may do runs while the
/// lease is held and is interrupted the moment it is not.
public final class Leadership implements AutoCloseable {
    /// A replica asks before each write, since an interruption is heard only where a thread waits.
    interface Term {
        boolean holds();
    }

    /// Runs until it is interrupted. What it throws ends this term's work; the next term begins it anew.
    interface Work {
        void lead(Term term) throws InterruptedException;
    }

    /// How long a lease lasts, until when its holder must have renewed it, and how often that is tried.
    public record Times(Duration lease, Duration renew, Duration retry) {
        static final Times USUAL = new Times(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    private static final String LEASE = "gatehouse-admission";
    private static final Duration STOP = Duration.ofSeconds(10);

    private final ApiServer server;
    private final String identity;
    private final Times times;
    private final Work work;
    private final Consumer<String> notices;
    private final Thread electing;
    private final AtomicReference<Held> held = new AtomicReference<>();
    /// Of the current election. Written by the electing thread, read by the closer.
    private volatile CompletableFuture<?> election = CompletableFuture.completedFuture(null);

    private volatile boolean closed;

    /// One term: its thread, and whether it still holds.
    private static final class Held implements Term {
        private volatile boolean holds = true;
        private Thread thread;

        @Override
        public boolean holds() {
            return holds;
        }
    }

    private Leadership(ApiServer server, String identity, Times times, Work work, Consumer<String> notices) {
        this.server = server;
        this.identity = identity;
        this.times = times;
        this.work = work;
        this.notices = notices;
        this.electing = Thread.ofPlatform().daemon().name("gatehouse-election").unstarted(this::elect);
    }

    /// @param identity unlike every other replica's
    static Leadership start(ApiServer server, String identity, Times times, Work work, Consumer<String> notices) {
        var leadership = new Leadership(server, identity, times, work, notices);
        leadership.electing.start();
        return leadership;
    }

    boolean leads() {
        return held.get() != null;
    }

    private void elect() {
        while (!closed) {
            try {
                election = server.client()
                        .leaderElector()
                        .withConfig(new LeaderElectionConfigBuilder()
                                .withName(LEASE)
                                .withLock(new LeaseLock(server.namespace(), LEASE, identity))
                                .withLeaseDuration(times.lease())
                                .withRenewDeadline(times.renew())
                                .withRetryPeriod(times.retry())
                                .withReleaseOnCancel(true)
                                .withLeaderCallbacks(new LeaderCallbacks(this::begin, this::end, _ -> {}))
                                .build())
                        .build()
                        .start();
                if (closed) {
                    election.cancel(true);
                }
                election.join(); // ends when the lease is lost
            } catch (CancellationException _) {
                // closed
            } catch (CompletionException e) {
                notices.accept(
                        "the election of a leader failed: " + e.getCause().getMessage());
            } finally {
                end();
            }
            if (!closed && !pause()) {
                return;
            }
        }
    }

    private boolean pause() {
        try {
            Thread.sleep(times.retry());
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void begin() {
        var term = new Held();
        term.thread = Thread.ofPlatform().daemon().name("gatehouse-leader").unstarted(() -> lead(term));
        held.set(term);
        term.thread.start();
    }

    private void lead(Held term) {
        try {
            work.lead(term);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the lease is gone
        } catch (RuntimeException e) { // the edge of the leader's thread
            if (term.holds) {
                notices.accept("the leader's work ended: " + e);
            }
        }
    }

    private void end() {
        var term = held.getAndSet(null);
        if (term != null) {
            term.holds = false;
            term.thread.interrupt();
        }
    }

    /// Gives the lease back, so that another replica need not wait for its end.
    @Override
    public void close() {
        closed = true;
        end();
        election.cancel(true);
        electing.interrupt();
        try {
            electing.join(STOP);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
