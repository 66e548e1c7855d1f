// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.Container.Kind;
import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.containers.Container.Pod;
import io.gatehouse.agent.containers.Container.Root;
import io.gatehouse.agent.containers.NodeFiles.Read;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// Gathers what all files of the node say about one container.
///
/// Main path: [#gather]. What the OCI runtime set up comes before what it was asked for, and both before what the
/// program above it keeps.
final class Details {
    /// Bundles of containerd are `PLACE/NAMESPACE/ID`.
    private static final List<String> CONTAINERD_BUNDLES = List.of(
            "/run/containerd/io.containerd.runtime.v2.task", "/run/k3s/containerd/io.containerd.runtime.v2.task");

    private final NodeFiles files;
    private final String id;
    private final List<String> gaps = new ArrayList<>();
    private final Map<String, String> notes = new HashMap<>(); // annotations and labels, first writer wins
    private Optional<RuntimeState> state = Optional.empty();
    private Optional<OciConfig> config = Optional.empty();
    private Optional<DockerConfig> docker = Optional.empty();
    private Storage storage = Storage.NOTHING;
    private String bundle = "";

    private Details(NodeFiles files, String id) {
        this.files = files;
        this.id = id;
    }

    /// @param runtime as far as the cgroup's name tells
    /// @param podUid as far as the cgroup's path tells
    static Container gather(
            NodeFiles files,
            String id,
            Read<RuntimeState> state,
            ContainerRuntime runtime,
            Optional<String> podUid,
            Container.Cgroup cgroup) {
        var details = new Details(files, id);
        details.readState(state);
        details.readBundle();
        var known = details.runtime(runtime);
        details.readRuntimeFiles(known);
        return details.container(known, podUid, cgroup);
    }

    private void readState(Read<RuntimeState> read) {
        switch (read) {
            case Read.Got<RuntimeState>(var got) -> {
                state = Optional.of(got);
                got.annotations().forEach(notes::putIfAbsent);
            }
            case Read.Absent<RuntimeState> _ -> {}
            case Read.Refused<RuntimeState>(var reason) -> gaps.add(reason);
        }
    }

    /// runc's state already tells everything a bundle does; crun's does not, and a state may be unreadable.
    private void readBundle() {
        if (state.filter(s -> !s.mounts().isEmpty()).isPresent()) {
            bundle = state.flatMap(RuntimeState::bundle).orElse("");
            return;
        }
        for (var place : bundles()) {
            var json = json(place + "/config.json");
            if (json.isPresent()) {
                bundle = place;
                config = json.map(j -> OciConfig.of(j, place));
                config.get().annotations().forEach(notes::putIfAbsent);
                return;
            }
        }
    }

    private List<String> bundles() {
        var found = new ArrayList<String>();
        state.flatMap(RuntimeState::bundle).filter(b -> b.startsWith("/")).ifPresent(found::add);
        state.map(s -> s.place() + "/" + id).ifPresent(found::add); // crun keeps a copy beside its status
        for (var place : CONTAINERD_BUNDLES) {
            for (var namespace : files.list(place)) {
                found.add(place + "/" + namespace + "/" + id);
            }
        }
        for (var place : Storage.DEFAULT_PLACES) {
            found.add(place + "/" + id + "/userdata");
        }
        return found;
    }

    /// Who stands above the OCI runtime, if the cgroup's name did not tell: the files found for it do.
    private ContainerRuntime runtime(ContainerRuntime named) {
        if (named != ContainerRuntime.UNKNOWN && named != ContainerRuntime.RUNC && named != ContainerRuntime.CRUN) {
            return named;
        }
        var manager = notes.getOrDefault("io.container.manager", "");
        var place = state.map(RuntimeState::place).orElse(bundle);
        if (manager.equals("libpod")) {
            return ContainerRuntime.PODMAN;
        }
        if (manager.equals("cri-o") || notes.containsKey("io.kubernetes.cri-o.SandboxID")) {
            return ContainerRuntime.CRIO;
        }
        if (place.startsWith("/run/docker/") || place.endsWith("/moby") || place.contains("/moby/")) {
            return ContainerRuntime.DOCKER;
        }
        if (place.contains("containerd/")) {
            return ContainerRuntime.CONTAINERD;
        }
        if (place.startsWith("/run/runc")) {
            return ContainerRuntime.RUNC;
        }
        if (place.startsWith("/run/crun")) {
            return ContainerRuntime.CRUN;
        }
        if (files.resolve(DockerConfig.DEFAULT_PLACE + "/" + id + "/config.v2.json")
                .isPresent()) {
            return ContainerRuntime.DOCKER;
        }
        return named;
    }

    private void readRuntimeFiles(ContainerRuntime runtime) {
        switch (runtime) {
            case DOCKER -> {
                for (var place : DockerConfig.places(id, mounts())) {
                    docker = json(place + "/" + id + "/config.v2.json").map(DockerConfig::of);
                    if (docker.isPresent()) {
                        docker.get().labels().forEach(notes::putIfAbsent);
                        return;
                    }
                }
            }
            case PODMAN, CRIO ->
                storage = Storage.read(files, Storage.places(Optional.of(bundle).filter(b -> !b.isEmpty())), id, gaps);
            case CONTAINERD, RUNC, CRUN, UNKNOWN -> {}
        }
    }

    private Container container(ContainerRuntime runtime, Optional<String> podUid, Container.Cgroup cgroup) {
        if (state.isEmpty() && config.isEmpty() && docker.isEmpty()) {
            gaps.add("no state and no bundle of container " + id + " found");
        }
        var pod = pod(podUid);
        return new Container(
                id,
                name(pod, runtime),
                image(),
                runtime,
                kind(),
                pod,
                mounts(),
                rootfs(),
                root(),
                initPid(),
                cgroup,
                notes,
                docker.flatMap(DockerConfig::imageId).or(storage::imageId),
                path(),
                gaps.stream().distinct().toList());
    }

    private Optional<Pod> pod(Optional<String> pathUid) {
        var namespace = note(
                "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace", "io.kubernetes.cri-o.Namespace");
        var name = note("io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name", "io.kubernetes.cri-o.KubeName");
        var uid = note("io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid").or(() -> pathUid);
        if (namespace.isEmpty() && name.isEmpty() && uid.isEmpty()) {
            return Optional.empty();
        }
        var container = kind() == Kind.SANDBOX
                ? Optional.<String>empty()
                : note("io.kubernetes.cri.container-name", "io.kubernetes.container.name");
        return Optional.of(new Pod(namespace, name, uid, container));
    }

    private Optional<String> name(Optional<Pod> pod, ContainerRuntime runtime) {
        return pod.flatMap(Pod::container)
                .or(() -> note("nerdctl/name"))
                .or(() -> docker.flatMap(DockerConfig::name))
                .or(storage::name)
                .or(() -> chosenId(runtime) ? Optional.of(id) : Optional.empty());
    }

    /// Whether the user chose the id, as with `runc run` and `ctr run`: then it is the name too.
    private boolean chosenId(ContainerRuntime runtime) {
        return switch (runtime) {
            case RUNC, CRUN -> true;
            case CONTAINERD -> !CgroupName.isHash(id);
            case DOCKER, PODMAN, CRIO, UNKNOWN -> false;
        };
    }

    private Optional<String> image() {
        return note("io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName")
                .or(() -> docker.flatMap(DockerConfig::image))
                .or(storage::image);
    }

    private Kind kind() {
        var type = note(
                "io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType", "io.kubernetes.docker.type");
        return type.filter(t -> t.equals("sandbox") || t.equals("podsandbox")).isPresent()
                ? Kind.SANDBOX
                : Kind.WORKLOAD;
    }

    private List<Mount> mounts() {
        return state.map(RuntimeState::mounts)
                .filter(m -> !m.isEmpty())
                .or(() -> config.map(OciConfig::mounts))
                .or(() -> docker.map(DockerConfig::mounts))
                .orElse(List.of());
    }

    private Optional<Path> rootfs() {
        try {
            return state.flatMap(RuntimeState::rootfs)
                    .or(() -> config.flatMap(OciConfig::rootfs))
                    .map(Path::of);
        } catch (InvalidPathException _) {
            gaps.add("the root file system's path is none");
            return Optional.empty();
        }
    }

    private Root root() {
        return state.map(RuntimeState::root)
                .filter(r -> r != Root.UNKNOWN)
                .or(() -> config.map(OciConfig::root))
                .orElse(Root.UNKNOWN);
    }

    /// runc's state does not hold it, the bundle does.
    private List<String> path() {
        if (config.isPresent()) {
            return config.get().path();
        }
        return files.json(bundle + "/config.json") instanceof Read.Got<JsonNode>(var json) && !bundle.isEmpty()
                ? OciConfig.of(json, bundle).path()
                : List.of(); // it is no gap: programs are looked for in the usual folders
    }

    private OptionalLong initPid() {
        if (state.isPresent()) {
            var alive = state.filter(s -> s.initLives(files));
            return alive.map(RuntimeState::initPid).orElse(OptionalLong.empty());
        }
        return docker.map(DockerConfig::initPid).orElse(OptionalLong.empty());
    }

    private Optional<String> note(String... keys) {
        for (var key : keys) {
            var value = notes.get(key);
            if (value != null && !value.isEmpty()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private Optional<JsonNode> json(String path) {
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
