// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// What an output writes, one line each.
public sealed interface Entry {
    Instant time();

    record Raised(Alert alert) implements Entry {
        @Override
        public Instant time() {
            return alert.time();
        }
    }

    /// A rule matched.
    record Matched(RuleAlert alert) implements Entry {
        @Override
        public Instant time() {
            return alert.time();
        }
    }

    /// Repetitions of matches that were left out.
    ///
    /// @param since when the first of the window was raised
    /// @param program empty where nothing is known
    /// @param container its id, empty on the host
    record SuppressedMatches(
            Instant time, Instant since, long count, String rule, String priority, String program, String container)
            implements Entry {}

    /// Repetitions that were left out.
    ///
    /// @param since when the first of the window was raised
    /// @param container absent where the act is not a container's
    /// @param exe absent where it stands for different programs of one container
    record Suppressed(
            Instant time,
            Instant since,
            long count,
            PolicyName policy,
            String rule,
            Mode mode,
            Verdict verdict,
            Optional<Alert.ContainerFacts> container,
            Optional<Alert.PodFacts> pod,
            Optional<String> exe)
            implements Entry {}

    /// Entries that this output could not write.
    record Lost(Instant time, long count, LossCause cause) implements Entry {}

    /// Why an output lost an entry.
    enum LossCause {
        /// It came faster than the output wrote, or while the output did not work.
        QUEUE_FULL,
        /// The output failed on this entry in a way that trying again does not cure.
        BROKEN,
        /// It was still waiting when the time to close was over.
        NOT_DRAINED,
        /// It came after the close.
        CLOSED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
