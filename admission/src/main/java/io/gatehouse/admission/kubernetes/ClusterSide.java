// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.ObjectEvent;
import io.gatehouse.admission.server.AdmissionOptions.Keeper;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyObjects;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.FollowedPolicies;
import io.gatehouse.feed.kubernetes.NamespaceLabels;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Everything the gate does in a cluster besides answering: it follows policies, and the leading replica writes their
/// status, scans what runs and reports. [#start] follows; [#begin] takes up the rest once policies are in force.
public final class ClusterSide implements AutoCloseable {
    /// How long a failed write of status waits for its next try.
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final ApiServer server;
    private final ClusterOptions options;
    private final Consumer<String> notices;
    private final InstantSource clock;
    private final FollowedPolicies policies;
    private final NamespaceLabels namespaces;
    private final Tellings tellings;
    private final StatusWriter status;
    private final ReportWriter reports;
    private final NodeReports nodeReports;
    private final Optional<CertificateKeeper> certificate;

    /// Guards `settlement`, and wakes the leader.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition settled = lock.newCondition();
    private boolean fresh;
    private final AtomicReference<Scan.Result> lastScan = new AtomicReference<>();
    private volatile long scans;
    /// Leader's thread.
    private List<String> unlistedSaid = List.of();
    /// Written by the leader's thread.
    private volatile NodeSum nodes = NodeSum.NONE;
    private volatile Optional<Leadership> leadership = Optional.empty();

    private Supplier<Snapshot> snapshots = () -> null;
    private Images images = Images.NONE;

    /// @param leads whether this replica is the one that writes
    /// @param scanned objects judged by its last scan
    /// @param findings of that scan
    /// @param unjudged objects and pages of that scan that could not be judged
    /// @param nodes whose agent tells of itself, as the leader knows
    /// @param silentNodes whose agent is late with it
    /// @param nodesBehind that keep policies as they were before the last change
    public record Counts(
            boolean leads,
            int nodes,
            int silentNodes,
            int nodesBehind,
            long statusWrites,
            long statusFailures,
            long scans,
            long scanned,
            long findings,
            long unjudged,
            long reportWrites,
            long reportFailures,
            Tellings.Counts tellings) {}

    private ClusterSide(
            ApiServer server,
            ClusterOptions options,
            FollowedPolicies policies,
            InstantSource clock,
            Consumer<String> notices) {
        this.server = server;
        this.options = options;
        this.policies = policies;
        this.clock = clock;
        this.notices = notices;
        this.namespaces = new NamespaceLabels(server, () -> {}, notices);
        this.tellings = new Tellings(server, options.identity(), clock, notices);
        this.status = new StatusWriter(server, policies, clock, notices);
        this.reports = new ReportWriter(server, options.reportAtMostEvery(), notices);
        this.nodeReports = new NodeReports(server, notices);
        this.certificate = options.certificate().map(kept -> new CertificateKeeper(server, kept, this::leads, notices));
    }

    /// Follows the policies of a cluster; returns once all there are have been told. The connection is this one's from
    /// then on, and closed with it.
    ///
    /// @throws IOException they cannot be followed
    public static ClusterSide start(ApiServer server, ClusterOptions options, Consumer<String> notices)
            throws IOException {
        return start(server, options, InstantSource.system(), notices);
    }

    static ClusterSide start(ApiServer server, ClusterOptions options, InstantSource clock, Consumer<String> notices)
            throws IOException {
        return new ClusterSide(server, options, FollowedPolicies.start(server, notices), clock, notices);
    }

    private boolean leads() {
        return leadership.map(Leadership::leads).orElse(false);
    }

    /// Who keeps the certificate of all replicas, where that is asked for.
    public Optional<Keeper> certificate() {
        return certificate.map(keeper -> keeper);
    }

    /// For the feed's sources.
    public PolicyObjects policies() {
        return policies;
    }

    /// Takes up what follows from policies in force.
    public void begin(PolicyFeed feed, Images known) {
        snapshots = feed::current;
        images = known;
        policies.feed(feed::reload, _ -> wake());
        leadership = Optional.of(Leadership.start(server, options.identity(), options.times(), this::lead, notices));
    }

    /// Something was decided that an Event tells of. Never waits.
    public void tell(ObjectEvent event) {
        tellings.offer(event);
    }

    /// The labels of a namespace, absent while it has not been told of. Never waits.
    public Optional<Map<String, String>> labels(String namespace) {
        return namespaces.of(namespace);
    }

    /// Of the cluster's policies as they were last loaded.
    String revision() {
        return policies.revision();
    }

    public Counts counts() {
        var scan = lastScan.get();
        var findings = scan == null
                ? 0
                : scan.found().values().stream().mapToLong(List::size).sum();
        var written = reports.counts();
        return new Counts(
                leads(),
                nodes.told(),
                nodes.silent(),
                nodes.behind(),
                status.writes(),
                status.failures(),
                scans,
                scan == null ? 0 : scan.objects(),
                findings,
                scan == null ? 0 : scan.unjudged(),
                written.writes(),
                written.failures(),
                tellings.counts());
    }

    private void wake() {
        lock.lock();
        try {
            fresh = true;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// One term: status first, since people wait for it; then a scan whenever it is time or policies changed.
    private void lead(Leadership.Term term) throws InterruptedException {
        notices.accept("this replica leads: it writes status and scans");
        var nextScan = clock.instant();
        var lastBegun = Instant.EPOCH;
        boolean written = false;
        var scanned = "";
        var nextNodes = Instant.EPOCH;
        while (term.holds()) {
            certificate.ifPresent(keeper -> keeper.publish(term));
            var now = clock.instant();
            var snapshot = snapshots.get();
            boolean counting = !now.isBefore(nextNodes);
            if (counting) {
                var revision = policies.revision();
                nodeReports.read(now, term).ifPresent(all -> nodes = new NodeSum(all, now, revision));
                nextNodes = now.plus(options.nodesEvery());
            }
            if (taken() || !written || counting) {
                written = status.write(policies.last(), Optional.ofNullable(snapshot), nodes, term);
            }
            boolean scanning = !options.scanEvery().isZero() && snapshot != null;
            if (scanning && !snapshot.digest().equals(scanned)) { // other policies: soon, but not with each of many
                nextScan = earlier(nextScan, lastBegun.plus(options.reportAtMostEvery()));
            }
            if (scanning && !now.isBefore(nextScan)) {
                scan(snapshot, now, term);
                scanned = snapshot.digest();
                lastBegun = now;
                nextScan = now.plus(options.scanEvery());
            }
            var next = written ? until(nextScan, scanning) : AGAIN;
            await(earlier(clock.instant().plus(next), nextNodes));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private Duration until(Instant next, boolean scanning) {
        var wait = Duration.between(clock.instant(), next);
        return scanning && wait.compareTo(Duration.ofMinutes(1)) < 0
                ? wait.isNegative() ? Duration.ZERO : wait
                : Duration.ofMinutes(1);
    }

    private void scan(Snapshot snapshot, Instant now, Leadership.Term term) throws InterruptedException {
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var result = Scan.walk(server, options.excluded(), snapshot, images, this::labels, today, term);
        lastScan.set(result);
        if (!result.unlisted().equals(unlistedSaid)) {
            unlistedSaid = result.unlisted();
            unlistedSaid.forEach(each -> notices.accept("not scanned: " + each));
        }
        reports.write(result, now, term);
        scans++;
    }

    private boolean taken() {
        lock.lock();
        try {
            boolean was = fresh;
            fresh = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private void await(Instant latest) throws InterruptedException {
        var longest = Duration.between(clock.instant(), latest);
        lock.lockInterruptibly();
        try {
            long left = longest.toNanos();
            while (!fresh && left > 0) {
                left = settled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        leadership.ifPresent(Leadership::close);
        tellings.close();
        namespaces.close();
        policies.close();
        server.close();
    }
}
