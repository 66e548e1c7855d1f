// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The `admission` section: what the gate asks of a pod.
///
/// @param readOnlyRootFilesystem every container must run with `readOnlyRootFilesystem: true`
/// @param forbiddenMounts host paths that no volume may hand over (`sensitiveMounts.forbid`), nor anything above or
///     below them
/// @param distroless what is asked of images; absent where nothing is
/// @param interactive which ways into running containers are closed; absent where none is
/// @param deny conditions that refuse
/// @param breakGlass whether the author of a pod may let its images in with a reason, where the API server asks about
///     images alone (`imageReviews.breakGlass`)
public record AdmissionSection(
        boolean readOnlyRootFilesystem,
        List<String> forbiddenMounts,
        Optional<PrivilegeSection> privilege,
        Optional<Distroless> distroless,
        Optional<Interactive> interactive,
        List<Deny> deny,
        boolean breakGlass) {
    public AdmissionSection {
        forbiddenMounts = List.copyOf(forbiddenMounts);
        deny = List.copyOf(deny);
    }

    /// One that asks nothing of images and closes no way in.
    public AdmissionSection(
            boolean readOnlyRootFilesystem,
            List<String> forbiddenMounts,
            Optional<PrivilegeSection> privilege,
            List<Deny> deny) {
        this(readOnlyRootFilesystem, forbiddenMounts, privilege, Optional.empty(), Optional.empty(), deny, false);
    }

    /// The `distroless` section where it says `required: true`.
    ///
    /// @param allow digests of images, and absolute paths of files and, with a slash at the end, directories
    public record Distroless(Unknown unknown, List<String> allow) {
        public Distroless {
            allow = List.copyOf(allow);
        }
    }

    /// What becomes of an image of which nothing is known.
    public enum Unknown {
        REFUSE,
        WAIT,
        AUDIT;

        /// As written in the YAML.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The `interactive` section: what it says `deny` to.
    public record Interactive(boolean denyExec, boolean denyAttach, boolean denyEphemeralContainers) {
        public boolean deniesAny() {
            return denyExec || denyAttach || denyEphemeralContainers;
        }
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
