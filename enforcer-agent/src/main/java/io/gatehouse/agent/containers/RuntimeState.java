// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.containers.Container.Root;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What an OCI runtime keeps about one running container: runc's `state.json` or crun's `status`.
///
/// @param place directory the state was found in, as on the node
/// @param initStartTicks when init was started, clock ticks since boot; with the pid it names one process for ever
/// @param cgroupPaths below the roots of their hierarchies, never `/`
/// @param annotations of the OCI configuration
/// @param bundle directory of the OCI configuration
/// @param rootfs as on the node
/// @param mounts as set up; crun does not keep them
record RuntimeState(
        String id,
        String place,
        OptionalLong initPid,
        OptionalLong initStartTicks,
        Set<String> cgroupPaths,
        Map<String, String> annotations,
        Optional<String> bundle,
        Optional<String> rootfs,
        Root root,
        List<Mount> mounts) {
    private static final String CGROUPS = "/sys/fs/cgroup";

    RuntimeState {
        cgroupPaths = Set.copyOf(cgroupPaths);
        annotations = Map.copyOf(annotations);
        mounts = List.copyOf(mounts);
    }

    /// The longest of the container's cgroups that `path` is, or lies in.
    Optional<String> ownerOf(String path) {
        return cgroupPaths.stream()
                .filter(own -> CgroupFile.within(path, own))
                .max(java.util.Comparator.comparingInt(String::length));
    }

    /// Whether the init process that is recorded is still that process and not another with its number.
    boolean initLives(NodeFiles files) {
        if (initPid.isEmpty()) {
            return false;
        }
        var started = files.startTicks(initPid.getAsLong());
        return started.isPresent() && (initStartTicks.isEmpty() || started.equals(initStartTicks));
    }

    static RuntimeState ofRunc(String id, String place, JsonNode json) {
        var config = json.path("config");
        var labels = new LinkedHashMap<String, String>();
        for (var label : Json.texts(config, "labels")) {
            var equals = label.indexOf('=');
            if (equals > 0) {
                labels.put(label.substring(0, equals), label.substring(equals + 1));
            }
        }
        var mounts = new ArrayList<Mount>();
        for (var mount : config.path("mounts")) {
            Json.text(mount, "destination").ifPresent(destination -> mounts.add(runcMount(destination, mount)));
        }
        return new RuntimeState(
                id,
                place,
                Json.positive(json, "init_process_pid"),
                Json.positive(json, "init_process_start"),
                runcCgroups(json),
                labels,
                Optional.ofNullable(labels.get("bundle")),
                Json.text(config, "rootfs"),
                root(config.path("readonlyfs")),
                mounts);
    }

    private static Mount runcMount(String destination, JsonNode mount) {
        var propagations = new ArrayList<Long>();
        for (var flag : mount.path("propagation_flags")) {
            if (flag.isIntegralNumber() && flag.canConvertToLong()) {
                propagations.add(flag.longValue());
            }
        }
        var options = MountFlags.words(Json.numberOr(mount, 0, "flags"), propagations, Json.textOr(mount, "", "data"));
        return new Mount(destination, Json.textOr(mount, "", "source"), Json.textOr(mount, "", "device"), options);
    }

    /// runc keeps directories by controller, the unified hierarchy under an empty name. What counts here is the part
    /// behind the hierarchy's mount point, because that is what `/proc/PID/cgroup` shows.
    private static Set<String> runcCgroups(JsonNode json) {
        var found = new LinkedHashSet<String>();
        for (var entry : Json.textMap(json, "cgroup_paths").entrySet()) {
            if (!entry.getValue().startsWith(CGROUPS + "/")) {
                continue;
            }
            var below = entry.getValue().substring(CGROUPS.length());
            var behindFirst = below.indexOf('/', 1);
            if (entry.getKey().isEmpty() && !below.startsWith("/unified/")) {
                found.add(below); // pure cgroup2: mounted at /sys/fs/cgroup itself
            } else if (behindFirst > 0) {
                found.add(below.substring(behindFirst));
            }
        }
        Json.text(json, "config", "cgroups", "path")
                .filter(p -> p.startsWith("/"))
                .ifPresent(found::add);
        found.remove("/");
        return found;
    }

    static RuntimeState ofCrun(String id, String place, JsonNode json) {
        var cgroups = new LinkedHashSet<String>();
        Json.text(json, "cgroup-path")
                .map(p -> p.startsWith("/") ? p : "/" + p)
                .filter(p -> !p.equals("/"))
                .ifPresent(cgroups::add);
        return new RuntimeState(
                id,
                place,
                Json.positive(json, "pid"),
                Json.positive(json, "process-start-time"),
                cgroups,
                Map.of(),
                Json.text(json, "bundle"),
                Json.text(json, "rootfs"),
                Root.UNKNOWN,
                List.of());
    }

    static Root root(JsonNode readOnly) {
        if (!readOnly.isBoolean()) {
            return Root.UNKNOWN;
        }
        return readOnly.booleanValue() ? Root.READ_ONLY : Root.WRITABLE;
    }
}
