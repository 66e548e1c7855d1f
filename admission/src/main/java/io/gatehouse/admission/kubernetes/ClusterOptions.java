// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What the gate does in a cluster besides answering.
///
/// @param identity of this replica, unlike every other's: the name of its pod
/// @param scanEvery how long from one scan to the next; zero scans never
/// @param reportAtMostEvery how long a report stays as it is at least
/// @param nodesEvery how often the leader sums up what nodes say of themselves
/// @param certificate present: kept for all replicas in the cluster
/// @param excluded namespaces that are left out of scans, as the gate is not asked about them
public record ClusterOptions(
        String identity,
        Duration scanEvery,
        Duration reportAtMostEvery,
        Duration nodesEvery,
        Set<String> excluded,
        Leadership.Times times,
        Optional<CertificateKeeper.Options> certificate) {
    public ClusterOptions {
        excluded = Set.copyOf(excluded);
        if (identity.isBlank()) {
            throw new IllegalArgumentException("a replica without a name could not be told from another");
        }
    }

    public static ClusterOptions of(String identity, Set<String> excluded) {
        return new ClusterOptions(
                identity,
                Duration.ofMinutes(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                excluded,
                Leadership.Times.USUAL,
                Optional.empty());
    }

    public ClusterOptions scanning(Duration every) {
        return new ClusterOptions(identity, every, reportAtMostEvery, nodesEvery, excluded, times, certificate);
    }

    public ClusterOptions keeping(CertificateKeeper.Options kept) {
        return new ClusterOptions(
                identity, scanEvery, reportAtMostEvery, nodesEvery, excluded, times, Optional.of(kept));
    }
}
