// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// What an OCI runtime gives to its hooks: the state of a container that it is making.
///
/// @param id the runtime's
/// @param pid of the container's first process, in the runtime's numbering
/// @param bundle folder of the OCI configuration, absolute
/// @param annotations of the OCI configuration
public record Announcement(String id, long pid, String bundle, Map<String, String> annotations) {
    public Announcement {
        annotations = Map.copyOf(annotations);
    }

    /// Empty where it is none.
    public static Optional<Announcement> parse(byte[] state) {
        return NodeFiles.jsonOf(new String(state, StandardCharsets.UTF_8)).flatMap(json -> {
            var id = Json.text(json, "id").filter(CgroupName::isId);
            var pid = Json.positive(json, "pid");
            var bundle = Json.text(json, "bundle").filter(path -> path.startsWith("/"));
            return id.isEmpty() || pid.isEmpty() || pid.getAsLong() > Integer.MAX_VALUE || bundle.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Announcement(
                            id.get(), pid.getAsLong(), bundle.get(), Json.textMap(json, "annotations")));
        });
    }
}
