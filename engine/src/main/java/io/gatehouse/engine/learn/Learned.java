// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import io.gatehouse.engine.act.Recording;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.RuntimeSection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The smallest policy for a recording.
///
/// @param namespace where all containers are in one
/// @param section in the order in which it is written
/// @param evidence by rule and entry
/// @param leftOut rules that cannot be asked
/// @param volumes directories that were written and would better be volumes
/// @param notSeen what the kernel did not tell of, one phrase each
public record Learned(
        Recording from,
        Optional<String> namespace,
        Match match,
        RuntimeSection section,
        Map<Entry, Evidence> evidence,
        List<LeftOut> leftOut,
        List<String> volumes,
        List<String> notSeen) {
    public Learned {
        evidence = Map.copyOf(evidence);
        leftOut = List.copyOf(leftOut);
        volumes = List.copyOf(volumes);
        notSeen = List.copyOf(notSeen);
    }

    /// One entry of a list.
    public record Entry(String rule, String text) {}

    /// @param why one phrase
    public record LeftOut(String rule, String why, Optional<Evidence> evidence) {}
}
