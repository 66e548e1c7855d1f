// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How a policy comes into force, beside its mode, and who may put it off.
///
/// @param enforceFrom the first day (UTC) on which the policy is enforced although its mode says audit
/// @param controls controls with a mode of their own; no name stands in two of them
/// @param namespaceModes modes that a namespace may choose for itself by its label
/// @param exemptionsFrom globs over namespaces whose own `PolicyExemption` documents count for this policy
public record Rollout(
        Optional<LocalDate> enforceFrom,
        List<ControlMode> controls,
        Set<Mode> namespaceModes,
        List<String> exemptionsFrom) {
    /// The mode as written, for everything and everybody.
    public static final Rollout NONE = new Rollout(Optional.empty(), List.of(), Set.of(), List.of());

    public Rollout {
        controls = List.copyOf(controls);
        namespaceModes = Set.copyOf(namespaceModes);
        exemptionsFrom = List.copyOf(exemptionsFrom);
    }
}
