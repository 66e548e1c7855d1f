// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import io.gatehouse.agent.containers.CgroupFile.Membership;
import io.gatehouse.agent.containers.Container.Cgroup;
import io.gatehouse.agent.containers.NodeFiles.Read;
import io.gatehouse.agent.kernel.OpenedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Tells whose container a process is.
///
/// Reads a handful of small files per call, so ask once per new cgroup and not once per event. Any thread
/// may ask; calls wait for each other.
public final class ContainerFinder {
    private final NodeFiles files;
    private final RuntimeStates states; // guarded by this
    private final CgroupMounts mounts;

    /// @param root of the node's file system: `/`, or where a pod has it mounted
    public ContainerFinder(Path root) {
        this.files = new NodeFiles(root);
        this.states = new RuntimeStates(files);
        this.mounts = CgroupMounts.read(files);
    }

    /// The node's cgroup2 hierarchy, as process 1 has it mounted; of a hybrid host too. Empty where it has none.
    public static Optional<OpenedFile> rootOfUnified() {
        return CgroupMounts.read(new NodeFiles(Path.of("/")))
                .unified()
                .flatMap(mount -> OpenedFile.open("/proc/1/root" + mount).or(() -> OpenedFile.open(mount)));
    }

    public Optional<Container> ofProcess(long pid) {
        return find(pid) instanceof Finding.Known(var container) ? Optional.of(container) : Optional.empty();
    }

    /// @param pid in the pid namespace that the root's `/proc` shows
    public synchronized Finding find(long pid) {
        return switch (files.proc(pid, "cgroup")) {
            case Read.Absent<String> _ -> new Finding.Unrecognised("process " + pid + " is gone");
            case Read.Refused<String>(var reason) -> new Finding.Unrecognised(reason);
            case Read.Got<String>(var text) -> find(pid, text);
        };
    }

    private Finding find(long pid, String text) {
        var memberships = CgroupFile.parse(text).memberships();
        if (memberships.isEmpty()) {
            return new Finding.Unrecognised("/proc/" + pid + "/cgroup: names no cgroup");
        }
        var look = new Look();
        return byCgroup(memberships, look)
                .or(() -> byProcess(pid, memberships, look))
                .<Finding>map(Finding.Known::new)
                .orElseGet(Finding.Host::new);
    }

    /// A container that its runtime is making, and that it has written nothing down of yet.
    ///
    /// Believed is the bundle, since who may announce is root. That the process is a container's is seen on the
    /// node: its cgroups count as the container's only where nobody else is in them.
    public synchronized Finding announced(Announcement said) {
        return switch (files.proc(said.pid(), "cgroup")) {
            case Read.Absent<String> _ -> new Finding.Unrecognised("process " + said.pid() + " is gone");
            case Read.Refused<String>(var reason) -> new Finding.Unrecognised(reason);
            case Read.Got<String>(var text) ->
                announced(said, CgroupFile.parse(text).memberships());
        };
    }

    private Finding announced(Announcement said, List<Membership> memberships) {
        var namespace = files.namespace(said.pid(), "mnt");
        if (namespace.isEmpty()
                || namespace.equals(files.namespace(1, "mnt"))
                || namespace.equals(files.namespace(ProcessHandle.current().pid(), "mnt"))) {
            return new Finding.Unrecognised("process " + said.pid() + " has no mounts of its own");
        }
        var own = memberships.stream()
                .filter(membership -> !membership.path().equals("/")
                        && mounts.directory(files, membership, membership.path())
                                .filter(directory -> isAllIn(directory, namespace.get()))
                                .isPresent())
                .toList();
        if (own.isEmpty()) {
            return new Finding.Unrecognised("process " + said.pid() + " is in no cgroup of its own");
        }
        var name = own.stream()
                .flatMap(membership -> CgroupName.in(membership.path()).stream())
                .filter(each -> each.id().equals(said.id()))
                .findFirst();
        var state = new RuntimeState(
                said.id(),
                place(said.bundle()),
                OptionalLong.of(said.pid()),
                files.startTicks(said.pid()),
                own.stream().map(Membership::path).collect(Collectors.toSet()),
                said.annotations(),
                Optional.of(said.bundle()),
                Optional.empty(),
                Container.Root.UNKNOWN,
                List.of());
        return new Finding.Known(Details.gather(
                files,
                said.id(),
                new Read.Got<>(state),
                name.map(CgroupName::runtime).orElse(ContainerRuntime.UNKNOWN),
                name.flatMap(CgroupName::podUid),
                cgroup(
                        own.getFirst().path(),
                        own,
                        path -> own.stream().anyMatch(each -> each.path().equals(path)) ? path : "")));
    }

    private boolean isAllIn(Path directory, String mountNamespace) {
        try {
            var pids = Files.readAllLines(directory.resolve("cgroup.procs"));
            return !pids.isEmpty()
                    && pids.stream()
                            .allMatch(pid -> files.namespace(Long.parseLong(pid), "mnt")
                                    .filter(mountNamespace::equals)
                                    .isPresent());
        } catch (IOException _) {
            return false;
        }
    }

    /// Where the runtime will keep its state: the bundles of those that stand above it say whose they are, and who
    /// calls an OCI runtime by itself uses its own place.
    private static String place(String bundle) {
        return bundle.contains("containerd/") || bundle.contains("docker/") ? bundle : "/run/runc";
    }

    /// One entry per container that has a process, in the order of their lowest pids.
    public synchronized List<Container> running() {
        var look = new Look();
        var byCgroups = new HashMap<String, Optional<Container>>(); // most processes share a cgroup with others
        var byId = new LinkedHashMap<String, Container>();
        for (var pid : files.pids().stream().sorted().toList()) {
            if (!(files.proc(pid, "cgroup") instanceof Read.Got<String>(var text))) {
                continue; // ended meanwhile
            }
            var memberships = CgroupFile.parse(text).memberships();
            byCgroups
                    .computeIfAbsent(text, _ -> byCgroup(memberships, look))
                    .or(() -> byProcess(pid, memberships, look))
                    .ifPresent(container -> byId.putIfAbsent(container.id(), container));
        }
        return List.copyOf(byId.values());
    }

    /// Who is believed stands in the package's description.
    private Optional<Container> byCgroup(List<Membership> memberships, Look look) {
        for (var membership : memberships) {
            for (var name : CgroupName.in(membership.path()).reversed()) {
                var state = states.of(name.id());
                if (state instanceof Read.Got<RuntimeState>(var got) && vouches(got, name.path())) {
                    return Optional.of(container(name, state, memberships));
                }
            }
        }
        for (var membership : memberships) {
            var owner = owner(membership.path(), look);
            if (owner.isPresent()) {
                return Optional.of(container(owner.get(), membership.path(), memberships));
            }
        }
        return memberships.stream()
                .flatMap(membership -> CgroupName.in(membership.path()).stream())
                .findFirst()
                .map(name -> container(name, states.of(name.id()), memberships));
    }

    private boolean vouches(RuntimeState state, String path) {
        if (state.ownerOf(path).isPresent()
                || state.cgroupPaths().stream().anyMatch(own -> CgroupFile.within(own, path))) {
            return true;
        }
        // The paths in a state are its writer's. Seen from another cgroup namespace, or in a node that is a container
        // itself, they differ from what we see; the init process's own cgroup is seen as everybody's.
        return state.initLives(files)
                && files.proc(state.initPid().getAsLong(), "cgroup") instanceof Read.Got<String>(var text)
                && CgroupFile.parse(text).memberships().stream().anyMatch(m -> CgroupFile.within(m.path(), path));
    }

    /// The state with the longest cgroup path that `path` lies in.
    private Optional<RuntimeState> owner(String path, Look look) {
        if (path.equals("/")) {
            return Optional.empty();
        }
        var best = Optional.<RuntimeState>empty();
        var length = 0;
        for (var state : look.states()) {
            var own = state.ownerOf(path);
            if (own.isPresent() && own.get().length() > length) {
                best = Optional.of(state);
                length = own.get().length();
            }
        }
        return best;
    }

    /// For containers without a cgroup of their own: the init process itself, or a process in its mount namespace.
    private Optional<Container> byProcess(long pid, List<Membership> memberships, Look look) {
        var namespace = files.namespace(pid, "mnt");
        for (var init : look.inits()) {
            if (init.pid() == pid || namespace.isPresent() && namespace.equals(init.mountNamespace())) {
                return Optional.of(
                        container(init.state(), memberships.getFirst().path(), memberships));
            }
        }
        return Optional.empty();
    }

    private record Init(RuntimeState state, long pid, Optional<String> mountNamespace) {}

    /// One look at all states, taken when first needed and then kept until the question is answered.
    private final class Look {
        private Optional<List<RuntimeState>> taken = Optional.empty();
        private Optional<List<Init>> alive = Optional.empty();

        List<RuntimeState> states() {
            taken = taken.or(() -> Optional.of(states.all()));
            return taken.get();
        }

        List<Init> inits() {
            alive = alive.or(() -> Optional.of(findInits()));
            return alive.get();
        }

        private List<Init> findInits() {
            var host = files.namespace(1, "mnt");
            var found = new ArrayList<Init>();
            for (var state : states()) {
                if (state.initLives(files)) {
                    var pid = state.initPid().getAsLong();
                    // a container in the host's own mount namespace does not claim everybody else in it
                    found.add(new Init(
                            state, pid, files.namespace(pid, "mnt").filter(ns -> !host.equals(Optional.of(ns)))));
                }
            }
            return found;
        }
    }

    private Container container(CgroupName name, Read<RuntimeState> state, List<Membership> memberships) {
        return Details.gather(
                files,
                name.id(),
                state,
                name.runtime(),
                name.podUid(),
                cgroup(
                        name.path(),
                        memberships,
                        path -> CgroupName.in(path).stream()
                                .filter(other -> other.id().equals(name.id()))
                                .map(CgroupName::path)
                                .findFirst()
                                .orElse("")));
    }

    private Container container(RuntimeState state, String path, List<Membership> memberships) {
        return Details.gather(
                files,
                state.id(),
                new Read.Got<>(state),
                ContainerRuntime.UNKNOWN,
                Optional.empty(),
                cgroup(
                        state.ownerOf(path).orElse(path),
                        memberships,
                        other -> state.ownerOf(other).orElse("")));
    }

    /// @param own cuts a path behind the container's own cgroup; empty where it has none in that hierarchy
    private Cgroup cgroup(String path, List<Membership> memberships, UnaryOperator<String> own) {
        var unified = Optional.<Path>empty();
        Map<String, Path> v1 = new HashMap<>();
        for (var membership : memberships) {
            var cut = own.apply(membership.path());
            var directory = cut.isEmpty() ? Optional.<Path>empty() : mounts.directory(files, membership, cut);
            if (directory.isEmpty()) {
                continue;
            }
            if (membership.unified()) {
                unified = directory;
            } else {
                membership.controllers().forEach(controller -> v1.put(controller, directory.get()));
            }
        }
        return new Cgroup(path, unified, v1);
    }
}
