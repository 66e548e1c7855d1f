// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Optional;

/// The `admission` section: what the gate asks of a pod.
///
/// @param readOnlyRootFilesystem every container must run with `readOnlyRootFilesystem: true`
/// @param forbiddenMounts host paths that no volume may hand over (`sensitiveMounts.forbid`), nor anything above or
///     below them
/// @param deny conditions that refuse
public record AdmissionSection(
        boolean readOnlyRootFilesystem,
        List<String> forbiddenMounts,
        Optional<PrivilegeSection> privilege,
        List<Deny> deny) {
    public AdmissionSection {
        forbiddenMounts = List.copyOf(forbiddenMounts);
        deny = List.copyOf(deny);
    }

    /// One entry of `deny`.
    ///
    /// @param when a condition, as written
    /// @param message what is wrong where it holds
    public record Deny(String name, String when, String message) {}

    /// The `privilege` section. A field set to `false` in the document forbids; one left out asks nothing.
    public record PrivilegeSection(
            boolean forbidPrivileged,
            boolean forbidHostPid,
            boolean forbidHostIpc,
            boolean forbidHostNetwork,
            boolean forbidPrivilegeEscalation) {}
}
