// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.containers.Container.Kind;
import io.gatehouse.agent.containers.Container.Mount;
import io.gatehouse.agent.containers.Container.Pod;
import io.gatehouse.agent.containers.ContainerRuntime;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.Links;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Container.Image;
import io.gatehouse.events.state.Container.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// From what the runtimes wrote of a container, and what the kernel shows of its first process, to what rules ask.
///
/// What the kernel knows is asked of the kernel: a container is privileged if its first process may have every
/// capability that can be had here, and shares a namespace of the host if it is in it, whatever it was asked for. What
/// is not told anywhere stays empty: probes and health checks, the digest of an image that was pulled by tag.
final class ContainerReader {
    private static final int SHORT_ID = 12;
    private static final int FULL_ID = 64;
    private static final long CAP_SYS_ADMIN = 1L << 21;
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable");
    private static final List<String> SANDBOX_IDS =
            List.of("io.kubernetes.cri.sandbox-id", "io.kubernetes.cri-o.SandboxID", "io.kubernetes.sandbox.id");

    private final String proc;
    private final Function<String, Optional<Map<String, String>>> podLabels;
    private final ProcFile file = new ProcFile();
    private final Links links = new Links();

    ContainerReader(Path nodeRoot, Function<String, Optional<Map<String, String>>> podLabels) {
        this.proc = nodeRoot.resolve("proc").toString();
        this.podLabels = podLabels;
    }

    Container read(io.gatehouse.agent.containers.Container of) {
        var facts = new Container.Facts(shortened(of.id()), kind(of.runtime()))
                .fullId(of.id())
                .name(ByteText.of(of.shownName()))
                .image(image(of))
                .mounts(mounts(of))
                .labels(labels(of))
                .sandbox(sandbox(of));
        of.initPid().ifPresent(pid -> readKernel(facts, pid));
        return facts.done();
    }

    /// A hash is known by its start. An id that somebody chose is left whole: `my-shop-web-1` and `my-shop-web-2` are
    /// not the same container.
    private static String shortened(String id) {
        boolean isHash = id.length() == FULL_ID && id.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        return ByteText.of(isHash ? id.substring(0, SHORT_ID) : id);
    }

    /// A bare OCI runtime is no kind that rules have a word for.
    private static Container.Kind kind(ContainerRuntime runtime) {
        return switch (runtime) {
            case DOCKER -> Container.Kind.DOCKER;
            case PODMAN -> Container.Kind.PODMAN;
            case CONTAINERD -> Container.Kind.CONTAINERD;
            case CRIO -> Container.Kind.CRIO;
            case RUNC, CRUN, UNKNOWN -> Container.Kind.UNKNOWN;
        };
    }

    /// `repository:tag@digest`; a colon before the last slash is that of a port.
    private static Image image(io.gatehouse.agent.containers.Container of) {
        var name = ByteText.of(of.image().orElse(""));
        var id = ByteText.of(of.imageId().orElse(""));
        int at = name.indexOf('@');
        var digest = at < 0 ? "" : name.substring(at + 1);
        var tagged = at < 0 ? name : name.substring(0, at);
        int colon = tagged.lastIndexOf(':');
        boolean hasTag = colon > tagged.lastIndexOf('/');
        return new Image(
                name,
                id.startsWith("sha256:") ? id.substring(7) : id,
                hasTag ? tagged.substring(0, colon) : tagged,
                hasTag ? tagged.substring(colon + 1) : "",
                digest);
    }

    /// What comes from the node: pseudo file systems are the container's own, and so are docker's few files of it.
    private static List<Container.Mount> mounts(io.gatehouse.agent.containers.Container of) {
        var mounts = new ArrayList<Container.Mount>();
        for (var mount : of.mounts()) {
            if (mount.source().startsWith("/") && !mount.source().contains("/containers/" + of.id() + "/")) {
                mounts.add(new Container.Mount(
                        ByteText.of(mount.source()),
                        ByteText.of(mount.destination()),
                        "",
                        mount.writable(),
                        propagation(mount)));
            }
        }
        return mounts;
    }

    private static String propagation(Mount mount) {
        var last = "";
        for (var option : mount.options()) {
            last = PROPAGATIONS.contains(option) ? option : last;
        }
        return last;
    }

    /// The runtimes', and those by which rules find the pod, whichever runtime wrote them how.
    private static Map<String, String> labels(io.gatehouse.agent.containers.Container of) {
        var labels = new HashMap<String, String>();
        of.labels().forEach((key, value) -> labels.put(ByteText.of(key), ByteText.of(value)));
        of.pod().ifPresent(pod -> {
            pod.name().ifPresent(name -> labels.put("io.kubernetes.pod.name", ByteText.of(name)));
            pod.namespace().ifPresent(name -> labels.put("io.kubernetes.pod.namespace", ByteText.of(name)));
            pod.uid().ifPresent(uid -> labels.put("io.kubernetes.pod.uid", ByteText.of(uid)));
            pod.container().ifPresent(name -> labels.put("io.kubernetes.container.name", ByteText.of(name)));
        });
        return labels;
    }

    private Sandbox sandbox(io.gatehouse.agent.containers.Container of) {
        boolean self = of.kind() == Kind.SANDBOX;
        var id = self ? of.id() : "";
        for (var key : SANDBOX_IDS) {
            id = id.isEmpty() ? of.labels().getOrDefault(key, "") : id;
        }
        var labels = new TreeMap<String, String>();
        of.pod()
                .flatMap(Pod::uid)
                .flatMap(podLabels)
                .ifPresent(known -> known.forEach((key, value) -> labels.put(ByteText.of(key), ByteText.of(value))));
        return new Sandbox(ByteText.of(id), labels, "", self);
    }

    // What the kernel shows of the first process

    private void readKernel(Container.Facts facts, long pid) {
        facts.privileged(isPrivileged(pid));
        boolean hostNetwork = isHosts(pid, "net");
        facts.shares(isHosts(pid, "pid"), hostNetwork, isHosts(pid, "ipc"));
        if (!hostNetwork && file.read(proc + "/" + pid + "/net/fib_trie")) {
            facts.ip(address(file.text()));
        }
        if (file.read(proc + "/" + pid + "/stat")) {
            var fields = file.text()
                    .substring(file.text().lastIndexOf(')') + 1)
                    .strip()
                    .split(" ");
            long ticks = fields.length > 19 ? ProcTask.number(fields[19], 0) : 0;
            facts.createdSeconds(BootClock.timeOfDay(ticks * 10_000_000L).getEpochSecond());
        }
    }

    /// Every capability that the kernel knows and the node's own first process may have: what that one lacks nobody can
    /// be given. Where it may not even administer the system, its capabilities are no measure.
    private boolean isPrivileged(long pid) {
        if (isRuntimesInit(pid) || !file.read(proc + "/sys/kernel/cap_last_cap")) {
            return false;
        }
        long last = ProcTask.number(file.text().strip(), 40);
        long all = last >= 63 ? -1 : (1L << last + 1) - 1;
        long nodes = bounding(1);
        long wanted = (nodes & CAP_SYS_ADMIN) == 0 ? all : all & nodes;
        return (bounding(pid) & wanted) == wanted;
    }

    /// The capabilities that a process may have, 0 if that cannot be read.
    private long bounding(long pid) {
        if (!file.read(proc + "/" + pid + "/status")) {
            return 0;
        }
        var text = file.text();
        int at = text.indexOf("\nCapBnd:");
        int end = text.indexOf('\n', at + 1);
        if (at < 0 || end < 0) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(text.substring(at + 8, end).strip(), 16);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// Whether a runtime has told which process is the container's first, and that one runs the container's program.
    boolean runsItsOwn(io.gatehouse.agent.containers.Container of) {
        return of.initPid().isPresent() && !isRuntimesInit(of.initPid().getAsLong());
    }

    /// runc's init has all of runc's rights until just before it becomes the container's program, and is told of in
    /// the state before that. A program that calls itself so only stays presumed for longer.
    private boolean isRuntimesInit(long pid) {
        return file.read(proc + "/" + pid + "/comm") && file.text().startsWith("runc:[");
    }

    private boolean isHosts(long pid, String namespace) {
        var own = links.read(proc + "/" + pid + "/ns/" + namespace);
        return !own.isEmpty() && own.equals(links.read(proc + "/1/ns/" + namespace));
    }

    /// The first address of the network namespace that is its own and not a loop: a leaf `|-- ADDRESS` whose next line
    /// says `/32 host LOCAL`.
    static String address(String trie) {
        var leaf = "";
        for (var line : trie.split("\n")) {
            int at = line.indexOf("|-- ");
            if (at >= 0) {
                leaf = line.substring(at + 4).strip();
            } else if (line.contains("/32 host LOCAL") && !leaf.startsWith("127.")) {
                return leaf;
            }
        }
        return "";
    }
}
