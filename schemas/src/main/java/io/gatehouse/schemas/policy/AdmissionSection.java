// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Optional;

/// The `admission` section: what the gate asks of a pod.
///
/// @param readOnlyRootFilesystem every container must run with `readOnlyRootFilesystem: true`
/// @param forbiddenMounts host paths that no volume may hand over (`sensitiveMounts.forbid`), nor anything above or
///     below them
public record AdmissionSection(
        boolean readOnlyRootFilesystem, List<String> forbiddenMounts, Optional<PrivilegeSection> privilege) {
    public AdmissionSection {
        forbiddenMounts = List.copyOf(forbiddenMounts);
    }

    /// The `privilege` section. A field set to `false` in the document forbids; one left out asks nothing.
    public record PrivilegeSection(
            boolean forbidPrivileged,
            boolean forbidHostPid,
            boolean forbidHostIpc,
            boolean forbidHostNetwork,
            boolean forbidPrivilegeEscalation) {}
}
