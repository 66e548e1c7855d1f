// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which volumes a pod may have: the `volumes` section. A volume counts whether it is mounted or not.
record Volumes() implements Control {
    static final String RULE = "admission.volumes.";
    private static final String HOST_PATH = "hostPath";
    private static final String EMPTY_DIR = "emptyDir";
    private static final String STORAGE = "ephemeral-storage";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().volumes();
        if (asked.isEmpty()) {
            return List.of();
        }
        var pod = arrival.pod();
        var breaches = new ArrayList<Breach>();
        for (var volume : pod.volumes()) {
            asked.get().allow().ifPresent(kinds -> kind(kinds, volume, breaches));
            asked.get().hostPaths().ifPresent(paths -> hostPath(paths, pod, volume, breaches));
            if (asked.get().boundedEmptyDir()) {
                bounded(pod, volume, breaches);
            }
        }
        if (asked.get().denyBlockDevices()) {
            covered.forEach(container -> devices(container, breaches));
        }
        return breaches;
    }

    private static void kind(List<String> allowed, Pod.Volume volume, List<Breach> breaches) {
        for (var kind : volume.kinds()) {
            if (!allowed.contains(kind)) {
                breaches.add(new Breach(
                        RULE + "allow",
                        volume.path() + "." + kind,
                        "a " + kind,
                        "one of " + String.join(", ", allowed),
                        "volume \"" + volume.name() + "\" is of kind " + kind,
                        "use a volume of another kind",
                        volume.node().get(kind).map(Node::span).orElse(volume.span()),
                        Optional.empty()));
            }
        }
    }

    private static void hostPath(
            List<AdmissionSection.HostPath> allowed, Pod pod, Pod.Volume volume, List<Breach> breaches) {
        var source = Fields.value(volume.node(), HOST_PATH);
        if (source.isEmpty()) {
            return;
        }
        var path =
                source.get() instanceof Node.Mapping mapping ? Fields.value(mapping, "path") : Optional.<Node>empty();
        var mounted = HostPath.normal(path.orElse(null) instanceof Node.Text(var written, var _) ? written : "/");
        var nearest = nearest(allowed, mounted);
        if (nearest.isEmpty()) {
            breaches.add(new Breach(
                    RULE + "hostPaths",
                    volume.path() + ".hostPath.path",
                    Fields.show(path),
                    allowed.isEmpty()
                            ? "no hostPath volume"
                            : "at or below one of "
                                    + String.join(
                                            ", ",
                                            allowed.stream()
                                                    .map(AdmissionSection.HostPath::path)
                                                    .toList()),
                    "volume \"" + volume.name() + "\" mounts " + mounted + " of the node",
                    "use a volume that is not the node's",
                    path.orElse(source.get()).span(),
                    Optional.empty()));
        } else if (nearest.get().readOnly()) {
            pod.containers().forEach(container -> readOnly(nearest.get(), volume, container, breaches));
        }
    }

    private static Optional<AdmissionSection.HostPath> nearest(
            List<AdmissionSection.HostPath> allowed, String mounted) {
        Optional<AdmissionSection.HostPath> nearest = Optional.empty();
        for (var one : allowed) {
            var relation = HostPath.relation(mounted, HostPath.normal(one.path()));
            boolean holds = relation == HostPath.Relation.SAME
                    || relation == HostPath.Relation.BELOW
                    || one.path().equals("/");
            if (holds
                    && nearest.filter(
                                    other -> other.path().length() >= one.path().length())
                            .isEmpty()) {
                nearest = Optional.of(one);
            }
        }
        return nearest;
    }

    private static void readOnly(
            AdmissionSection.HostPath allowed, Pod.Volume volume, Container container, List<Breach> breaches) {
        var mounts = Fields.mappings(container.node(), "volumeMounts");
        for (int i = 0; i < mounts.size(); i++) {
            var mount = mounts.get(i);
            var seen = Fields.value(mount, "readOnly");
            if (Fields.text(mount, "name").equals(Optional.of(volume.name())) && !Fields.isTrue(seen)) {
                breaches.add(new Breach(
                        RULE + "hostPaths",
                        container.path() + ".volumeMounts[" + i + "].readOnly",
                        Fields.show(seen),
                        "true",
                        container.words() + " may write to the node, below " + allowed.path() + " (volume \""
                                + volume.name() + "\")",
                        "set it to true",
                        seen.map(Node::span).orElse(mount.span()),
                        Optional.of(container)));
            }
        }
    }

    private static void bounded(Pod pod, Pod.Volume volume, List<Breach> breaches) {
        if (!volume.kinds().contains(EMPTY_DIR)) {
            return;
        }
        var limit = volume.source(EMPTY_DIR).flatMap(source -> Fields.value(source, "sizeLimit"));
        if (limit.isPresent() || boundedByContainers(pod, volume)) {
            return;
        }
        breaches.add(new Breach(
                RULE + EMPTY_DIR,
                volume.path() + ".emptyDir.sizeLimit",
                Breach.UNSET,
                "a size",
                "volume \"" + volume.name() + "\" may fill the node's disk",
                "set sizeLimit, or request and limit ephemeral-storage in each container that mounts it",
                volume.span(),
                Optional.empty()));
    }

    private static boolean boundedByContainers(Pod pod, Pod.Volume volume) {
        boolean mounted = false;
        for (var container : pod.containers()) {
            for (var mount : Fields.mappings(container.node(), "volumeMounts")) {
                if (Fields.text(mount, "name").equals(Optional.of(volume.name()))) {
                    mounted = true;
                    if (!stores(container, "requests") || !stores(container, "limits")) {
                        return false;
                    }
                }
            }
        }
        return mounted;
    }

    private static boolean stores(Container container, String list) {
        return Fields.mapping(container.node(), "resources")
                .flatMap(resources -> Fields.mapping(resources, list))
                .flatMap(amounts -> Fields.value(amounts, STORAGE))
                .isPresent();
    }

    private static void devices(Container container, List<Breach> breaches) {
        var devices = Fields.mappings(container.node(), "volumeDevices");
        for (int i = 0; i < devices.size(); i++) {
            breaches.add(new Breach(
                    RULE + "blockDevices",
                    container.path() + ".volumeDevices[" + i + "]",
                    "a block device",
                    "none",
                    container.words() + " gets a raw block device (volume \""
                            + Fields.text(devices.get(i), "name").orElse("") + "\")",
                    "mount the volume as a file system",
                    devices.get(i).span(),
                    Optional.of(container)));
        }
    }
}
