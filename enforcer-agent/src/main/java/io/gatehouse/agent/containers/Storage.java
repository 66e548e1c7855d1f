// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.NodeFiles.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Names and images in the storage that podman and CRI-O share (containers/storage).
///
/// Beside `DRIVER-containers`, where each container has a directory, stands `DRIVER-images`.
record Storage(Optional<String> name, Optional<String> image, Optional<String> imageId) {
    static final List<String> DEFAULT_PLACES =
            List.of("/var/lib/containers/storage/overlay-containers", "/run/containers/storage/overlay-containers");

    private static final String CONTAINERS = "-containers";
    private static final String USERDATA = "/userdata";
    static final Storage NOTHING = new Storage(Optional.empty(), Optional.empty(), Optional.empty());

    /// Where to look for a container whose bundle is known; the bundle's own storage first.
    static List<String> places(Optional<String> bundle) {
        var places = new ArrayList<String>();
        bundle.filter(b -> b.endsWith(USERDATA)).ifPresent(b -> {
            var container = b.substring(0, b.length() - USERDATA.length());
            var parent = container.substring(0, Math.max(0, container.lastIndexOf('/')));
            if (parent.endsWith(CONTAINERS)) {
                places.add(parent);
            }
        });
        places.addAll(DEFAULT_PLACES);
        return places;
    }

    static Storage read(NodeFiles files, List<String> places, String id, List<String> gaps) {
        for (var place : places) {
            for (var file : List.of("containers.json", "volatile-containers.json")) {
                var entry = entry(json(files, place + "/" + file, gaps), id);
                if (entry.isPresent()) {
                    return of(entry.get(), files, place, gaps);
                }
            }
        }
        return NOTHING;
    }

    private static Storage of(JsonNode container, NodeFiles files, String place, List<String> gaps) {
        var metadata = Json.text(container, "metadata").flatMap(NodeFiles::jsonOf);
        var names = Json.texts(container, "names");
        var image = metadata.flatMap(m -> Json.text(m, "image-name"));
        if (image.isEmpty()) {
            var images = place.substring(0, place.length() - CONTAINERS.length()) + "-images/images.json";
            image = Json.text(container, "image")
                    .flatMap(imageId -> entry(json(files, images, gaps), imageId))
                    .flatMap(i -> Json.texts(i, "names").stream().findFirst());
        }
        return new Storage(names.stream().findFirst(), image, Json.text(container, "image"));
    }

    private static Optional<JsonNode> entry(Optional<JsonNode> list, String id) {
        if (list.isPresent()) {
            for (var entry : list.get()) {
                if (Json.text(entry, "id").filter(id::equals).isPresent()) {
                    return Optional.of(entry);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> json(NodeFiles files, String path, List<String> gaps) {
        return switch (files.json(path)) {
            case Read.Got<JsonNode>(var json) -> Optional.of(json);
            case Read.Absent<JsonNode> _ -> Optional.empty();
            case Read.Refused<JsonNode>(var reason) -> {
                gaps.add(reason);
                yield Optional.empty();
            }
        };
    }
}
