// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.events.Event;
import io.gatehouse.events.state.Container.Image;
import io.gatehouse.events.state.Container.Kind;
import io.gatehouse.events.state.Container.Mount;
import io.gatehouse.events.state.Container.Probe;
import io.gatehouse.events.state.Container.Probe.Purpose;
import io.gatehouse.events.state.Container.Sandbox;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Events in which a recorder tells what it learnt of a container: JSON under the key `container`.
final class ContainerNews {
    private static final JsonReader.Limits LIMITS = new JsonReader.Limits(1 << 20, 32, 1 << 16);
    private static final int MOST_ENTRIES = 4096;

    private final Machine machine;

    ContainerNews(Machine machine) {
        this.machine = machine;
    }

    void container(Event event, Scene scene) {
        take(event, 0, scene, false);
    }

    void asynchronous(Event event, Scene scene) {
        switch (Params.text(event, 1)) {
            case "container" -> take(event, 2, scene, false);
            case "container_removed" -> take(event, 2, scene, true);
            default -> {
                // of another plugin
            }
        }
    }

    private void take(Event event, int param, Scene scene, boolean removed) {
        var json = event.text(param);
        var container = json == null ? null : read(json);
        if (container == null) {
            machine.losses().unreadableContainers++;
            return;
        }
        scene.container = container;
        if (removed) {
            machine.containers().remove(container.id());
            machine.accounts().removeContainer(container.id());
        } else {
            machine.containers().put(container);
        }
    }

    /// Null if it is not of the known form.
    private static Container read(String json) {
        var reading = JsonReader.read("container", json.getBytes(StandardCharsets.ISO_8859_1), LIMITS);
        if (reading.documents().isEmpty()
                || !(reading.documents().getFirst() instanceof Node.Mapping document)
                || !(document.get("container").orElse(null) instanceof Node.Mapping it)) {
            return null;
        }
        var id = text(it, "id");
        return id.isEmpty() ? null : container(id, it, json.length());
    }

    private static Container container(String id, Node.Mapping it, int weight) {
        var draft = new Container.Draft(id);
        draft.weight = weight;
        draft.fullId = text(it, "full_id");
        draft.kind = Kind.ofCode(number(it, "type", Kind.UNKNOWN.code()));
        draft.name = text(it, "name");
        draft.image = new Image(
                text(it, "image"),
                text(it, "imageid"),
                text(it, "imagerepo"),
                text(it, "imagetag"),
                text(it, "imagedigest"));
        draft.privileged = flag(it, "privileged");
        draft.hostPid = flag(it, "host_pid");
        draft.hostNetwork = flag(it, "host_network");
        draft.hostIpc = flag(it, "host_ipc");
        draft.ip = text(it, "ip");
        draft.user = text(it, "User");
        draft.createdSeconds = number(it, "created_time", 0);
        draft.environment = texts(it, "env");
        draft.labels = labels(it, "labels");
        draft.mounts = mounts(it);
        draft.probes = probes(it);
        draft.sandbox = new Sandbox(
                text(it, "pod_sandbox_id"),
                labels(it, "pod_sandbox_labels"),
                text(it, "cni_json"),
                flag(it, "is_pod_sandbox"));
        return new Container(draft);
    }

    private static List<Mount> mounts(Node.Mapping it) {
        var mounts = new ArrayList<Mount>();
        for (var item : items(it, "Mounts")) {
            if (item instanceof Node.Mapping mount) {
                mounts.add(new Mount(
                        text(mount, "Source"),
                        text(mount, "Destination"),
                        text(mount, "Mode"),
                        flag(mount, "RW"),
                        text(mount, "Propagation")));
            }
        }
        return mounts;
    }

    private static List<Probe> probes(Node.Mapping it) {
        var probes = new ArrayList<Probe>();
        for (var purpose : Purpose.values()) {
            if (it.get(purpose.key()).orElse(null) instanceof Node.Mapping probe) {
                probes.add(new Probe(purpose, text(probe, "exe"), texts(probe, "args")));
            }
        }
        return probes;
    }

    private static SortedMap<String, String> labels(Node.Mapping it, String key) {
        var labels = new TreeMap<String, String>();
        if (it.get(key).orElse(null) instanceof Node.Mapping mapping) {
            mapping.entries().stream().limit(MOST_ENTRIES).forEach(entry -> {
                if (entry.value() instanceof Node.Text label) {
                    labels.put(ByteText.of(entry.key()), ByteText.of(label.value()));
                }
            });
        }
        return labels;
    }

    private static List<String> texts(Node.Mapping it, String key) {
        var texts = new ArrayList<String>();
        for (var item : items(it, key)) {
            if (item instanceof Node.Text text) {
                texts.add(ByteText.of(text.value()));
            }
        }
        return texts;
    }

    private static List<Node> items(Node.Mapping it, String key) {
        return it.get(key).orElse(null) instanceof Node.Sequence sequence
                ? sequence.items()
                        .subList(0, Math.min(MOST_ENTRIES, sequence.items().size()))
                : List.of();
    }

    private static String text(Node.Mapping it, String key) {
        return it.get(key).orElse(null) instanceof Node.Text text ? ByteText.of(text.value()) : "";
    }

    private static boolean flag(Node.Mapping it, String key) {
        return it.get(key).orElse(null) instanceof Node.Bool flag && flag.value();
    }

    private static long number(Node.Mapping it, String key, long otherwise) {
        if (!(it.get(key).orElse(null) instanceof Node.Number number)) {
            return otherwise;
        }
        try {
            return Long.parseLong(number.literal());
        } catch (NumberFormatException e) {
            return otherwise; // a fraction, or out of range
        }
    }
}
