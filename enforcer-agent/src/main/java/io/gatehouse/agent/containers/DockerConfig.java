// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.Container.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// Docker's `config.v2.json`.
///
/// @param mounts volumes and bind mounts only
record DockerConfig(
        Optional<String> name,
        Optional<String> image,
        Optional<String> imageId,
        Map<String, String> labels,
        OptionalLong initPid,
        List<Mount> mounts) {
    static final String DEFAULT_PLACE = "/var/lib/docker/containers";

    DockerConfig {
        labels = Map.copyOf(labels);
        mounts = List.copyOf(mounts);
    }

    static DockerConfig of(JsonNode json) {
        var mounts = new ArrayList<Mount>();
        for (var point : json.path("MountPoints").properties()) {
            var mount = point.getValue();
            mounts.add(new Mount(
                    point.getKey(),
                    Json.textOr(mount, "", "Source"),
                    Json.textOr(mount, "", "Type"),
                    List.of(Json.isTrue(mount, "RW") ? "rw" : "ro")));
        }
        return new DockerConfig(
                Json.text(json, "Name").map(n -> n.startsWith("/") ? n.substring(1) : n),
                Json.text(json, "Config", "Image"),
                Json.text(json, "Image"),
                Json.textMap(json, "Config", "Labels"),
                Json.positive(json, "State", "Pid"),
                mounts);
    }

    /// Where the container's directory is, told by a file in it that docker mounts into every container, as the data
    /// root may be moved.
    static List<String> places(String id, List<Mount> mounts) {
        var places = new ArrayList<String>();
        for (var mount : mounts) {
            var at = mount.source().indexOf("/containers/" + id + "/");
            if (at >= 0) {
                places.add(mount.source().substring(0, at) + "/containers");
                break;
            }
        }
        places.add(DEFAULT_PLACE);
        return places;
    }
}
