// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A container as its runtime describes it. Immutable; the texts that fields print are made once, when
/// first asked for.
public final class Container {
    /// What stands for the absence of one.
    public static final Container HOST = new Container("host");

    private final String id;
    private final String fullId;
    private final Kind kind;
    private final String name;
    private final Image image;
    private final boolean privileged;
    private final boolean hostPid;
    private final boolean hostNetwork;
    private final boolean hostIpc;
    private final String ip;
    private final String user;
    private final List<Mount> mounts;
    private final SortedMap<String, String> labels;
    private final List<String> environment;
    private final List<Probe> probes;
    private final Sandbox sandbox;
    private final long createdSeconds;
    private final int weight;
    private String mountsText;
    private String labelsText;
    private String podLabelsText;

    /// @param name as the runtime was asked for it
    public record Image(String name, String id, String repository, String tag, String digest) {
        public static final Image NONE = new Image("", "", "", "", "");
    }

    public record Mount(String source, String destination, String mode, boolean writable, String propagation) {
        /// `source:destination:mode:writable:propagation`
        public String text() {
            return source + ":" + destination + ":" + mode + ":" + writable + ":" + propagation;
        }
    }

    /// A command by which the runtime asks whether the container is well.
    public record Probe(Purpose purpose, String exe, List<String> args) {
        public Probe {
            args = List.copyOf(args);
        }

        public enum Purpose {
            HEALTHCHECK("Healthcheck"),
            LIVENESS("LivenessProbe"),
            READINESS("ReadinessProbe");

            private final String key;

            Purpose(String key) {
                this.key = key;
            }

            /// Under which container events tell of it.
            String key() {
                return key;
            }
        }
    }

    /// The pod that the container is part of.
    ///
    /// @param id full id of the pod's sandbox container, empty if there is none
    /// @param self the container is the sandbox
    /// @param cniJson the network plugin's answer, as text
    public record Sandbox(String id, SortedMap<String, String> labels, String cniJson, boolean self) {
        public static final Sandbox NONE = new Sandbox("", new TreeMap<>(), "", false);
    }

    /// Who runs it. Codes are those of container events.
    public enum Kind {
        DOCKER(0, "docker"),
        LXC(1, "lxc"),
        LIBVIRT_LXC(2, "libvirt-lxc"),
        MESOS(3, "mesos"),
        RKT(4, "rkt"),
        CUSTOM(5, ""),
        CRI(6, "cri"),
        CONTAINERD(7, "containerd"),
        CRIO(8, "cri-o"),
        BPM(9, "bpm"),
        STATIC(10, ""),
        PODMAN(11, "podman"),
        HOST(0xfffe, "host"),
        UNKNOWN(0xffff, "");

        private final int code;
        private final String word;

        Kind(int code, String word) {
            this.code = code;
            this.word = word;
        }

        static Kind ofCode(long code) {
            for (var kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return UNKNOWN;
        }

        public int code() {
            return code;
        }

        /// As rules write it (`container.type`).
        public String word() {
            return word;
        }
    }

    /// One of which only the id is known.
    private Container(String id) {
        this(new Draft(id));
    }

    /// One of which the control group alone tells.
    static Container of(String id, Kind kind) {
        var draft = new Draft(id);
        draft.kind = kind;
        return new Container(draft);
    }

    Container(Draft draft) {
        id = draft.id;
        fullId = draft.fullId;
        kind = draft.kind;
        name = draft.name;
        image = draft.image;
        privileged = draft.privileged;
        hostPid = draft.hostPid;
        hostNetwork = draft.hostNetwork;
        hostIpc = draft.hostIpc;
        ip = draft.ip;
        user = draft.user;
        mounts = List.copyOf(draft.mounts);
        labels = draft.labels;
        environment = List.copyOf(draft.environment);
        probes = List.copyOf(draft.probes);
        sandbox = draft.sandbox;
        createdSeconds = draft.createdSeconds;
        weight = draft.weight;
    }

    /// What a live agent learns of a container, part by part. Lists and maps are copied.
    public static final class Facts {
        private final Draft draft;

        /// @param id the first 12 characters of a full one that is a hash
        public Facts(String id, Kind kind) {
            draft = new Draft(id);
            draft.kind = kind;
        }

        public Facts fullId(String fullId) {
            draft.fullId = fullId;
            return this;
        }

        public Facts name(String name) {
            draft.name = name;
            return this;
        }

        public Facts image(Image image) {
            draft.image = image;
            return this;
        }

        public Facts privileged(boolean privileged) {
            draft.privileged = privileged;
            return this;
        }

        /// Which namespaces of the host it has.
        public Facts shares(boolean pid, boolean network, boolean ipc) {
            draft.hostPid = pid;
            draft.hostNetwork = network;
            draft.hostIpc = ipc;
            return this;
        }

        public Facts ip(String ip) {
            draft.ip = ip;
            return this;
        }

        public Facts user(String user) {
            draft.user = user;
            return this;
        }

        public Facts mounts(List<Mount> mounts) {
            draft.mounts = mounts;
            mounts.forEach(mount -> weigh(mount.text()));
            return this;
        }

        public Facts labels(Map<String, String> labels) {
            draft.labels = new TreeMap<>(labels);
            labels.forEach((key, value) -> weigh(key + value));
            return this;
        }

        public Facts environment(List<String> environment) {
            draft.environment = environment;
            environment.forEach(this::weigh);
            return this;
        }

        public Facts probes(List<Probe> probes) {
            draft.probes = probes;
            probes.forEach(probe -> weigh(probe.exe() + probe.args()));
            return this;
        }

        public Facts sandbox(Sandbox sandbox) {
            draft.sandbox = sandbox;
            weigh(sandbox.cniJson());
            sandbox.labels().forEach((key, value) -> weigh(key + value));
            return this;
        }

        public Facts createdSeconds(long seconds) {
            draft.createdSeconds = seconds;
            return this;
        }

        private void weigh(String text) {
            draft.weight += text.length();
        }

        public Container done() {
            return new Container(draft);
        }
    }

    /// What a container is built from, part by part.
    static final class Draft {
        final String id;
        String fullId = "";
        Kind kind = Kind.UNKNOWN;
        String name = "";
        Image image = Image.NONE;
        boolean privileged;
        boolean hostPid;
        boolean hostNetwork;
        boolean hostIpc;
        String ip = "";
        String user = "";
        List<Mount> mounts = List.of();
        SortedMap<String, String> labels = new TreeMap<>();
        List<String> environment = List.of();
        List<Probe> probes = List.of();
        Sandbox sandbox = Sandbox.NONE;
        long createdSeconds;
        int weight = 64;

        Draft(String id) {
            this.id = id;
            if (id.equals("host")) {
                fullId = id;
                name = id;
                kind = Kind.HOST;
            }
        }
    }

    /// The first 12 characters of the full one; `host` for the host.
    public String id() {
        return id;
    }

    public String fullId() {
        return fullId;
    }

    public Kind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    public Image image() {
        return image;
    }

    public boolean privileged() {
        return privileged;
    }

    public boolean hostPid() {
        return hostPid;
    }

    public boolean hostNetwork() {
        return hostNetwork;
    }

    public boolean hostIpc() {
        return hostIpc;
    }

    /// As text; empty if unknown.
    public String ip() {
        return ip;
    }

    /// Whom its first process runs as, as the image or the runtime names it.
    public String user() {
        return user;
    }

    public List<Mount> mounts() {
        return mounts;
    }

    public Map<String, String> labels() {
        return labels;
    }

    public List<String> environment() {
        return environment;
    }

    public List<Probe> probes() {
        return probes;
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    public long createdSeconds() {
        return createdSeconds;
    }

    /// All mounts, with commas between.
    public String mountsText() {
        if (mountsText == null) {
            mountsText = String.join(",", mounts.stream().map(Mount::text).toList());
        }
        return mountsText;
    }

    /// All labels but Kubernetes' own and annotations, as `name:value, name:value`.
    public String labelsText() {
        if (labelsText == null) {
            labelsText = text(labels);
        }
        return labelsText;
    }

    /// The pod's labels in the form of [#labelsText].
    public String podLabelsText() {
        if (podLabelsText == null) {
            podLabelsText = text(sandbox.labels());
        }
        return podLabelsText;
    }

    /// Chars that it holds, roughly.
    int weight() {
        return weight;
    }

    private static String text(Map<String, String> labels) {
        var text = new StringBuilder();
        labels.forEach((key, value) -> {
            if (key.startsWith("annotation.") || key.startsWith("io.kubernetes.")) {
                return;
            }
            if (!text.isEmpty()) {
                text.append(", ");
            }
            text.append(key);
            if (!value.isEmpty()) {
                text.append(':').append(value);
            }
        });
        return text.toString();
    }
}
