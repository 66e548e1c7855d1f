// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import io.gatehouse.admission.audit.AuditCounts;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.server.AdmissionStats;
import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.RootMounts;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.outputs.AlertRouter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a running agent knows of itself.
///
/// @param eventsPerSecond over the time since it was asked before, or since the start
/// @param guard absent where nothing is governed
/// @param detection absent where no rules are judged
/// @param gate absent where no webhook runs
/// @param audit absent where no audit events are taken
/// @param cluster what the gate does in its cluster besides answering; absent where it is part of none
/// @param follower what the agent knows of its cluster; absent where it follows none
public record Status(
        String version,
        Instant started,
        Instant taken,
        Snapshot snapshot,
        PolicyFeed.Counters feed,
        int unannouncedFolders,
        AlertRouter.Counts alerts,
        double eventsPerSecond,
        Optional<Guard> guard,
        Optional<DetectCounts> detection,
        Optional<AdmissionStats> gate,
        Optional<AuditCounts> audit,
        Optional<ClusterSide.Counts> cluster,
        Optional<Follower> follower) {

    /// @param told whether all was told since the agent began; until then what is remembered counts
    /// @param pods of this node that are known
    public record Follower(boolean told, int pods) {}

    /// The side that keeps policies.
    ///
    /// @param backend how it decides
    /// @param gaps what it cannot do here, and why
    /// @param containers that run
    /// @param governed of them
    /// @param roots root file systems that are mounted read-only, and those that should be
    /// @param brake why nothing is stopped; absent while the brake is off
    public record Guard(
            String backend,
            List<String> gaps,
            long containers,
            long governed,
            Map<KernelCounter, Long> counts,
            RootMounts.Counts roots,
            Optional<String> brake) {
        public Guard {
            gaps = List.copyOf(gaps);
            counts = Map.copyOf(counts);
        }
    }

    /// When it was taken, as policies count days.
    LocalDate today() {
        return LocalDate.ofInstant(taken, ZoneOffset.UTC);
    }

    Duration uptime() {
        return Duration.between(started, taken);
    }
}
