// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// What is done when a rule matches: one `RuleResponse` document.
///
/// @param host whether a process that belongs to no container may be killed
/// @param expires the last day (UTC) on which the response holds; absent: for ever
/// @param exempt namespaces in which a match is told and nothing else
public record RuleResponse(
        PolicyName name,
        Mode mode,
        RuleMatch match,
        Action action,
        boolean host,
        String reason,
        Optional<LocalDate> expires,
        List<Exemption> exempt) {
    public RuleResponse {
        exempt = List.copyOf(exempt);
    }

    /// One that leaves the host alone.
    public RuleResponse(
            PolicyName name,
            Mode mode,
            RuleMatch match,
            Action action,
            String reason,
            Optional<LocalDate> expires,
            List<Exemption> exempt) {
        this(name, mode, match, action, false, reason, expires, exempt);
    }

    /// The same but for its mode.
    public RuleResponse inMode(Mode other) {
        return other == mode ? this : new RuleResponse(name, other, match, action, host, reason, expires, exempt);
    }

    /// Which rules. Every part that is given must match; an empty part matches all.
    ///
    /// @param rules globs over the rule's name
    /// @param tags of which the rule carries at least one
    public record RuleMatch(List<String> rules, List<String> tags) {
        public RuleMatch {
            rules = List.copyOf(rules);
            tags = List.copyOf(tags);
        }
    }
}
