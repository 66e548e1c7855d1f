// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.agent.Agent;
import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.enforce.Brake;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kubernetes.NodeInCluster;
import io.gatehouse.cli.status.Status;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.outputs.AlertRouter;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Takes the status of a service. Safe for threads.
final class StatusSources implements Supplier<Status> {
    /// Shorter than this the pace of events would be noise.
    private static final long SHORTEST_PACE_MILLIS = 1_000;

    private final PolicyFeed feed;
    private final AlertRouter alerts;
    private final Supplier<Optional<Agent>> agent;
    private final Supplier<Optional<DetectCounts>> detection;
    private final Supplier<Optional<AdmissionServer>> gate;
    private final Optional<ClusterSide> cluster;
    private final Optional<NodeInCluster> follower;
    private final Instant started =
            Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());

    // Written by the agent's thread, read by any.
    private volatile Containers containers = new Containers(0, 0);
    // Guarded by this.
    private Pace pace = new Pace(0, 0, 0);

    private record Containers(long running, long governed) {}

    /// @param atMillis when the events were counted
    private record Pace(long atMillis, long events, double perSecond) {}

    StatusSources(
            PolicyFeed feed,
            AlertRouter alerts,
            Supplier<Optional<Agent>> agent,
            Supplier<Optional<DetectCounts>> detection,
            Supplier<Optional<AdmissionServer>> gate,
            Optional<ClusterSide> cluster,
            Optional<NodeInCluster> follower) {
        this.feed = feed;
        this.alerts = alerts;
        this.agent = agent;
        this.detection = detection;
        this.gate = gate;
        this.cluster = cluster;
        this.follower = follower;
    }

    void governed(Collection<Governed> all) {
        containers = new Containers(
                all.size(), all.stream().filter(each -> each.rules() != 0).count());
    }

    @Override
    public Status get() {
        var counts = detection.get();
        var now = Instant.now();
        return new Status(
                Version.text(),
                started,
                now,
                feed.current(),
                feed.counters(),
                feed.unannouncedFolders(),
                alerts.counts(),
                pace(now.toEpochMilli(), counts.map(DetectCounts::events).orElse(0L)),
                agent.get().map(this::guard),
                counts,
                gate.get().map(AdmissionServer::stats),
                gate.get().flatMap(AdmissionServer::auditCounts),
                cluster.map(ClusterSide::counts),
                follower.map(
                        node -> new Status.Follower(node.isTold(), node.pods().count())));
    }

    /// Events a second since it was asked before, at first since the start.
    private synchronized double pace(long nowMillis, long events) {
        long from = pace.atMillis() == 0 ? started.toEpochMilli() : pace.atMillis();
        if (nowMillis - from >= SHORTEST_PACE_MILLIS || pace.atMillis() == 0) {
            double perSecond = (events - pace.events()) * 1_000.0 / Math.max(1, nowMillis - from);
            pace = new Pace(nowMillis, events, perSecond);
        }
        return pace.perSecond();
    }

    private Status.Guard guard(Agent running) {
        var kernel = running.kernel();
        var counts = new EnumMap<KernelCounter, Long>(KernelCounter.class);
        for (var counter : KernelCounter.values()) {
            counts.put(counter, running.count(counter));
        }
        var now = containers;
        return new Status.Guard(
                backend(kernel),
                gaps(running),
                now.running(),
                now.governed(),
                Map.copyOf(counts),
                running.rootMounts(),
                kernel.brake().map(Brake::text));
    }

    /// How it decides, in words.
    static String backend(KernelSide kernel) {
        return kernel.whyNotLsm().isEmpty() ? "LSM, before the act" : "tracepoints, by SIGKILL";
    }

    private static List<String> gaps(Agent running) {
        var gaps = new ArrayList<String>();
        running.kernel().whyNotLsm().ifPresent(why -> gaps.add("no inline denial: " + why));
        Stream.of(RuntimeRule.values())
                .forEach(rule -> running.kernel().gaps(rule).forEach(gap -> gaps.add(rule.text() + ": but " + gap)));
        return gaps;
    }
}
