// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// A mode of some controls of a policy, in place of the policy's own.
///
/// @param names controls as the policy document writes them, dotted: `admission.privilege`, which stands
///     for all below
///     it too, or `runtime.writes.rootFilesystem`
/// @param enforceFrom the first day (UTC) on which they are enforced although the mode says audit
public record ControlMode(List<String> names, Mode mode, Optional<LocalDate> enforceFrom) {
    public ControlMode {
        names = List.copyOf(names);
    }
}
