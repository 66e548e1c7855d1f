// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The `admission` section: what the gate asks of a pod. What is absent or empty asks nothing.
///
/// @param readOnlyRootFilesystem every container must run with `readOnlyRootFilesystem: true`
/// @param writable where containers may write beside their root
/// @param forbiddenMounts host paths that no volume may hand over (`sensitiveMounts.forbid`), nor anything above or
///     below them
/// @param denyRuntimeSockets nor may it the socket of a runtime, wherever one is known to lie
/// @param distroless what is asked of images' contents
/// @param interactive which ways into running containers are closed
/// @param images what is asked of images' names
/// @param workloads kinds that carry pods beside the built-in ones
/// @param deny conditions that refuse
/// @param breakGlass whether the author of a pod may let its images in with a reason, where the API server asks about
///     images alone (`imageReviews.breakGlass`)
public record AdmissionSection(
        boolean readOnlyRootFilesystem,
        Optional<Writable> writable,
        List<String> forbiddenMounts,
        boolean denyRuntimeSockets,
        Optional<PrivilegeSection> privilege,
        Optional<Distroless> distroless,
        Optional<Interactive> interactive,
        Optional<Volumes> volumes,
        Optional<ImageNames> images,
        Optional<Environment> environment,
        List<WorkloadKind> workloads,
        List<Deny> deny,
        boolean breakGlass) {
    public AdmissionSection {
        forbiddenMounts = List.copyOf(forbiddenMounts);
        workloads = List.copyOf(workloads);
        deny = List.copyOf(deny);
    }

    /// One of the oldest controls alone.
    public AdmissionSection(
            boolean readOnlyRootFilesystem,
            List<String> forbiddenMounts,
            Optional<PrivilegeSection> privilege,
            List<Deny> deny) {
        this(readOnlyRootFilesystem, forbiddenMounts, privilege, Optional.empty(), Optional.empty(), deny);
    }

    /// And of those that look at images and at connections.
    public AdmissionSection(
            boolean readOnlyRootFilesystem,
            List<String> forbiddenMounts,
            Optional<PrivilegeSection> privilege,
            Optional<Distroless> distroless,
            Optional<Interactive> interactive,
            List<Deny> deny) {
        this(
                readOnlyRootFilesystem,
                Optional.empty(),
                forbiddenMounts,
                false,
                privilege,
                distroless,
                interactive,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                deny,
                false);
    }

    /// The `writable` section of `readOnlyRootFilesystem`. An absent list asks nothing; an empty one allows nothing.
    ///
    /// @param paths absolute paths in the container at or below which writable mounts may stand
    /// @param backing kinds of volumes that may be mounted writable
    /// @param forbid absolute paths that nothing writable may be mounted over
    public record Writable(Optional<List<String>> paths, Optional<List<String>> backing, List<String> forbid) {
        public Writable {
            paths = paths.map(List::copyOf);
            backing = backing.map(List::copyOf);
            forbid = List.copyOf(forbid);
        }
    }

    /// The `volumes` section. An absent list asks nothing; an empty one allows nothing.
    ///
    /// @param allow kinds of volumes that a pod may have
    /// @param hostPaths paths of the node that a volume may hand over
    public record Volumes(
            Optional<List<String>> allow,
            Optional<List<HostPath>> hostPaths,
            boolean boundedEmptyDir,
            boolean denyBlockDevices) {
        public Volumes {
            allow = allow.map(List::copyOf);
            hostPaths = hostPaths.map(List::copyOf);
        }

        public boolean asksNothing() {
            return allow.isEmpty() && hostPaths.isEmpty() && !boundedEmptyDir && !denyBlockDevices;
        }
    }

    /// A path of the node and whether its mounts must be read-only.
    public record HostPath(String path, boolean readOnly) {}

    /// The `images` section.
    ///
    /// @param allow patterns; absent where any image may be used
    /// @param movingTags globs
    public record ImageNames(
            Optional<List<String>> allow,
            List<String> forbid,
            Optional<Pinned> pinned,
            List<String> movingTags,
            Optional<Pulled> alwaysPull) {
        public ImageNames {
            allow = allow.map(List::copyOf);
            forbid = List.copyOf(forbid);
            movingTags = List.copyOf(movingTags);
        }

        public boolean asksNothing() {
            return allow.isEmpty() && forbid.isEmpty() && pinned.isEmpty() && alwaysPull.isEmpty();
        }
    }

    /// By what an image must be named.
    public enum Pinned {
        DIGEST,
        TAG
    }

    /// Whose images must be asked for each time.
    public enum Pulled {
        ALL,
        MOVING
    }

    /// The `environment` section.
    ///
    /// @param secretNames globs over names of variables, in lower case
    /// @param allowNames globs over names of variables, in lower case
    public record Environment(
            boolean denySecrets,
            boolean denyPlainSecrets,
            boolean denyLiterals,
            List<String> secretNames,
            List<String> allowNames,
            List<String> allowValues) {
        public Environment {
            secretNames = List.copyOf(secretNames);
            allowNames = List.copyOf(allowNames);
            allowValues = List.copyOf(allowValues);
        }

        public boolean asksNothing() {
            return !denySecrets && !denyPlainSecrets && !denyLiterals;
        }
    }

    /// One entry of `workloads`.
    ///
    /// @param templates paths to pod templates: `spec.template`, `spec.jobs[].template`, `spec.roles.*.template`
    public record WorkloadKind(String group, String kind, Optional<String> resource, List<String> templates) {
        public WorkloadKind {
            templates = List.copyOf(templates);
        }
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
    public record Interactive(List<Way> denied) {
        public Interactive {
            denied = List.copyOf(denied);
        }

        public boolean denies(Way way) {
            return denied.contains(way);
        }

        public boolean deniesAny() {
            return !denied.isEmpty();
        }
    }

    /// A way into a running container.
    public enum Way {
        EXEC("exec"),
        ATTACH("attach"),
        PORT_FORWARD("portForward"),
        PROXY("proxy"),
        EPHEMERAL_CONTAINERS("ephemeralContainers"),
        TERMINAL("terminal");

        private final String field;

        Way(String field) {
            this.field = field;
        }

        /// As the policy document writes it.
        public String field() {
            return field;
        }
    }

    /// One entry of `deny`.
    ///
    /// @param when a condition, as written
    /// @param message what is wrong where it holds
    public record Deny(String name, String when, String message) {}
}
