// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.containers.Container.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A bundle's `config.json`: what the OCI runtime was asked to set up.
///
/// @param path where its first program looks for programs: `PATH`, as folders
record OciConfig(
        Map<String, String> annotations, Optional<String> rootfs, Root root, List<Mount> mounts, List<String> path) {
    OciConfig {
        annotations = Map.copyOf(annotations);
        mounts = List.copyOf(mounts);
        path = List.copyOf(path);
    }

    static OciConfig of(JsonNode json, String bundle) {
        var mounts = new ArrayList<Mount>();
        for (var mount : json.path("mounts")) {
            Json.text(mount, "destination")
                    .ifPresent(destination -> mounts.add(new Mount(
                            destination.startsWith("/") ? destination : "/" + destination,
                            Json.textOr(mount, "", "source"),
                            Json.textOr(mount, "", "type"),
                            Json.texts(mount, "options"))));
        }
        var root = json.path("root");
        return new OciConfig(
                Json.textMap(json, "annotations"),
                Json.text(root, "path").map(p -> p.startsWith("/") ? p : bundle + "/" + p),
                // the specification's default for an absent word is false
                root.isObject() ? (Json.isTrue(root, "readonly") ? Root.READ_ONLY : Root.WRITABLE) : Root.UNKNOWN,
                mounts,
                path(Json.texts(json, "process", "env")));
    }

    private static List<String> path(List<String> environment) {
        for (var word : environment) {
            if (word.startsWith("PATH=")) {
                return Stream.of(word.substring("PATH=".length()).split(":"))
                        .filter(folder -> folder.startsWith("/"))
                        .toList();
            }
        }
        return List.of();
    }
}
