// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Mode;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;

/// Phrases that several commands print.
final class Said {
    private Said() {}

    /// `2 policies (immutable-pods: audit, immutable-containers: audit)`
    static String policies(Snapshot snapshot) {
        int count = snapshot.policies().size();
        var each = snapshot.policies().stream()
                .map(policy -> policy.name() + ": " + mode(policy.mode()))
                .collect(Collectors.joining(", "));
        return count == 0 ? "no policies" : count + (count == 1 ? " policy (" : " policies (") + each + ")";
    }

    private static String mode(Mode mode) {
        return mode.text();
    }

    /// Since the process was made, so the virtual machine's own start is in it.
    static long millisSinceStart() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }
}
