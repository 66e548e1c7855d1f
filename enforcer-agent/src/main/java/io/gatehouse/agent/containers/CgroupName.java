// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A container named by a cgroup path.
///
/// @param path the container's own cgroup: the given path, cut behind the part that names the container
/// @param podUid of the pod whose cgroup the container's lies in
record CgroupName(String id, ContainerRuntime runtime, String path, Optional<String> podUid) {
    private static final String HASH = "[0-9a-f]{64}";

    /// Ids that users may choose. No slash and no leading dot: they become file names.
    private static final String CHOSEN = "[A-Za-z0-9][A-Za-z0-9_.+-]{0,1022}";

    private static final Pattern ID = Pattern.compile(CHOSEN);

    /// `crio-<id>` of the cgroupfs driver and `crio-<id>.scope` of the systemd driver. A monitor's
    /// `crio-conmon-<id>` or `libpod-conmon-<id>` is no container.
    private static final Pattern HASH_NAMED =
            Pattern.compile("(docker|libpod|libpod-payload|cri-containerd|nerdctl|crio)-(" + HASH + ")(?:\\.scope)?");

    private static final Pattern CHOSEN_NAMED = Pattern.compile("(runc|crun)-(" + CHOSEN + ")\\.scope");

    /// What the systemd driver is given, taken as a plain name by the cgroupfs driver.
    private static final Pattern SLICE_PREFIX_NAME = Pattern.compile("[^:]*:([a-z-]+):(" + CHOSEN + ")");

    private static final Pattern BARE_HASH = Pattern.compile(HASH);

    /// `kubepods-burstable-pod<uid>.slice` or `pod<uid>`. Slices write the uid's dashes as underscores;
    /// static pods have a hash without dashes.
    private static final Pattern POD = Pattern.compile("(?:.*-)?pod([0-9a-f]{32}|[0-9a-f]{8}(?:[_-][0-9a-f]{4}){3}"
            + "[_-][0-9a-f]{12})(?:\\.slice|\\.slice:.*)?");

    /// Whether `id` can be a container's id and a file's name.
    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    static boolean isHash(String id) {
        return BARE_HASH.matcher(id).matches();
    }

    /// All containers that a path names, outermost first.
    static List<CgroupName> in(String path) {
        var found = new ArrayList<CgroupName>();
        var podUid = Optional.<String>empty();
        var parent = "";
        var start = 1;
        while (start <= path.length()) {
            var slash = path.indexOf('/', start);
            var end = slash < 0 ? path.length() : slash;
            var segment = path.substring(start, end);
            var pod = POD.matcher(segment);
            if (pod.matches()) {
                podUid = Optional.of(pod.group(1).replace('_', '-'));
            }
            var own = path.substring(0, end);
            var uid = podUid;
            named(parent, segment).ifPresent(n -> found.add(new CgroupName(n.id(), n.runtime(), own, uid)));
            parent = segment;
            start = end + 1;
        }
        return found;
    }

    private record Named(String id, ContainerRuntime runtime) {}

    private static Optional<Named> named(String parent, String segment) {
        for (var pattern : List.of(HASH_NAMED, CHOSEN_NAMED)) {
            var match = pattern.matcher(segment);
            if (match.matches()) {
                return Optional.of(new Named(match.group(2), ContainerRuntime.ofCgroupPrefix(match.group(1))));
            }
        }
        var colons = SLICE_PREFIX_NAME.matcher(segment);
        if (colons.matches()) {
            var runtime = ContainerRuntime.ofCgroupPrefix(colons.group(1));
            return runtime == ContainerRuntime.UNKNOWN
                    ? Optional.empty()
                    : Optional.of(new Named(colons.group(2), runtime));
        }
        if (BARE_HASH.matcher(segment).matches()) {
            // docker's cgroupfs driver; elsewhere the parent is the user's choice and only a state can tell whose it is
            var runtime = parent.equals("docker") ? ContainerRuntime.DOCKER : ContainerRuntime.UNKNOWN;
            return Optional.of(new Named(segment, runtime));
        }
        return Optional.empty();
    }
}
