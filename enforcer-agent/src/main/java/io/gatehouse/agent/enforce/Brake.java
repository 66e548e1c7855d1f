// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.time.Instant;
import java.util.Optional;

/// The node's brake is on: every verdict is a report.
///
/// @param until absent: until somebody takes it off
public record Brake(String reason, Instant since, Optional<Instant> until) {
    public String text() {
        return "the brake is on since " + since
                + until.map(end -> " until " + end).orElse("") + ": " + reason;
    }
}
