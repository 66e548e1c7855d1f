// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.NodeFiles.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The states of all OCI runtimes of the node.
///
/// Every directory that holds states is root's own, so what stands there is believed. A state is parsed again only when
/// its file has changed.
final class RuntimeStates {
    /// Directories with one directory per container.
    private static final List<String> PLACES = List.of("/run/runc", "/run/crun");

    /// Directories with one such directory per containerd namespace. containerd hands this root to whatever OCI runtime
    /// it calls, so the name says runc for crun too, and it is the same for the containerd inside k3s.
    private static final List<String> NAMESPACED_PLACES = List.of("/run/containerd/runc");

    /// docker's places are `/run/docker/runtime-NAME/NAMESPACE`.
    private static final String DOCKER = "/run/docker";

    private record Stamp(Object fileKey, FileTime modified, long size) {}

    private record Parsed(Stamp stamp, Read<RuntimeState> state) {}

    private final NodeFiles files;
    private final Map<Path, Parsed> parsed = new HashMap<>();

    RuntimeStates(NodeFiles files) {
        this.files = files;
    }

    /// The state of one container; if nothing is found but something could not be read, that reason.
    Read<RuntimeState> of(String id) {
        Read<RuntimeState> worst = new Read.Absent<>();
        for (var place : places()) {
            var state = at(place, id);
            switch (state) {
                case Read.Got<RuntimeState> _ -> {
                    return state;
                }
                case Read.Refused<RuntimeState> _ -> worst = state;
                case Read.Absent<RuntimeState> _ -> {}
            }
        }
        return worst;
    }

    /// All states that can be read. Forgets what was parsed of containers that are gone.
    List<RuntimeState> all() {
        var found = new ArrayList<RuntimeState>();
        var seen = new HashSet<Path>();
        for (var place : places()) {
            for (var id : files.list(place)) {
                if (at(place, id, seen) instanceof Read.Got<RuntimeState>(var state)) {
                    found.add(state);
                }
            }
        }
        parsed.keySet().retainAll(seen);
        return found;
    }

    private List<String> places() {
        var places = new ArrayList<>(PLACES);
        var parents = new ArrayList<>(NAMESPACED_PLACES);
        for (var name : files.list(DOCKER)) {
            if (name.startsWith("runtime-")) {
                parents.add(DOCKER + "/" + name);
            }
        }
        for (var parent : parents) {
            for (var namespace : files.list(parent)) {
                places.add(parent + "/" + namespace);
            }
        }
        return places;
    }

    private Read<RuntimeState> at(String place, String id) {
        return at(place, id, new HashSet<>());
    }

    private Read<RuntimeState> at(String place, String id, HashSet<Path> seen) {
        if (!CgroupName.isId(id)) {
            return new Read.Absent<>();
        }
        for (var kind : StateFile.values()) {
            var name = place + "/" + id + "/" + kind.fileName;
            var file = files.resolve(name);
            if (file.isPresent()) {
                seen.add(file.get());
                return read(file.get(), name, place, id, kind);
            }
        }
        return new Read.Absent<>();
    }

    private enum StateFile {
        RUNC("state.json"),
        CRUN("status");

        private final String fileName;

        StateFile(String fileName) {
            this.fileName = fileName;
        }
    }

    private Read<RuntimeState> read(Path file, String name, String place, String id, StateFile kind) {
        var stamp = stamp(file);
        var known = parsed.get(file);
        if (stamp.isPresent() && known != null && known.stamp().equals(stamp.get())) {
            return known.state();
        }
        Read<RuntimeState> state = switch (files.jsonAt(file, name)) {
            case Read.Got<JsonNode>(var json) ->
                new Read.Got<>(
                        switch (kind) {
                            case RUNC -> RuntimeState.ofRunc(id, place, json);
                            case CRUN -> RuntimeState.ofCrun(id, place, json);
                        });
            case Read.Absent<JsonNode> _ -> new Read.Absent<>();
            case Read.Refused<JsonNode>(var reason) -> new Read.Refused<>(reason);
        };
        if (parsed.size() >= NodeFiles.MAX_ENTRIES) {
            parsed.clear();
        }
        stamp.ifPresent(s -> parsed.put(file, new Parsed(s, state)));
        return state;
    }

    private static Optional<Stamp> stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
