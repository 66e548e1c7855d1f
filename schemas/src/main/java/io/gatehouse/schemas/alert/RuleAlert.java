// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.alert;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One event that a rule matched, printed already: what it was about does not outlast the event.
///
/// @param priority as rules files write it
/// @param source of the event: `syscall`, `k8s_audit`
/// @param text one line, as Falco writes it
/// @param json one document on one line, as Falco writes it
/// @param program what acted, for telling repetitions; empty where nothing is known
/// @param container its id, empty on the host
/// @param response absent where nothing but this alert was asked for
public record RuleAlert(
        Instant time,
        String rule,
        String priority,
        String source,
        List<String> tags,
        String text,
        String json,
        String program,
        String container,
        Optional<Answer> response) {
    public RuleAlert {
        tags = List.copyOf(tags);
    }

    /// What a response did.
    ///
    /// @param name of the document
    /// @param verdict in audit mode the verdict that would have been
    /// @param guarantee what it was worth
    /// @param note why it is less than was asked; empty where it is not
    public record Answer(String name, Verdict verdict, Guarantee guarantee, String note) {}
}
