// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.control.HostPath.Relation;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a container may write beside its root: `readOnlyRootFilesystem.writable`. Paths are those in the container.
record WritablePlaces() implements Control {
    static final String RULE = "admission.readOnlyRootFilesystem.writable";

    /// Mounted read-only whatever the mount says.
    private static final Set<String> NEVER_WRITABLE =
            Set.of("configMap", "secret", "projected", "downwardAPI", "image");

    /// A volume that the pod does not declare can only come from a claim template of a StatefulSet.
    private static final String CLAIM = "persistentVolumeClaim";

    private static final String BLOCK = "block";

    private static final String MESSAGE = "terminationMessagePath";

    /// Where the API server puts it.
    private static final String DEFAULT_MESSAGE = "/dev/termination-log";

    /// One thing in a container that can be written.
    ///
    /// @param at absolute and normal
    /// @param backing the kind of volume
    private record Place(
            Container container, String field, String written, String at, String backing, String volume, Span span) {}

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().writable();
        if (asked.isEmpty() || arrival.pod().isWindows()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            mounts(arrival.pod(), container).forEach(place -> judge(asked.get(), place, breaches));
            devices(arrival.pod(), container).forEach(place -> judge(asked.get(), place, breaches));
            message(container).ifPresent(place -> judge(asked.get(), place, breaches));
        }
        return breaches;
    }

    private static List<Place> mounts(Pod pod, Container container) {
        var places = new ArrayList<Place>();
        var mounts = Fields.mappings(container.node(), "volumeMounts");
        for (int i = 0; i < mounts.size(); i++) {
            var mount = mounts.get(i);
            var volume = pod.volume(Fields.text(mount, "name").orElse(""));
            if (Fields.isTrue(Fields.value(mount, "readOnly"))) {
                continue;
            }
            for (var backing : volume.map(WritablePlaces::writableKinds).orElse(List.of(CLAIM))) {
                places.add(place(container, ".volumeMounts[" + i + "]", mount, "mountPath", backing));
            }
        }
        return places;
    }

    private static List<Place> devices(Pod pod, Container container) {
        var places = new ArrayList<Place>();
        var devices = Fields.mappings(container.node(), "volumeDevices");
        for (int i = 0; i < devices.size(); i++) {
            var device = devices.get(i);
            var volume = pod.volume(Fields.text(device, "name").orElse(""));
            boolean writable =
                    volume.map(known -> !writableKinds(known).isEmpty()).orElse(true);
            if (writable) {
                places.add(place(container, ".volumeDevices[" + i + "]", device, "devicePath", BLOCK));
            }
        }
        return places;
    }

    /// The kubelet mounts a file of its own there that everybody may write: over a program, if the pod says so.
    private static Optional<Place> message(Container container) {
        var field = MESSAGE;
        return Fields.text(container.node(), field)
                .filter(path -> !path.isEmpty() && !HostPath.normal(path).equals(DEFAULT_MESSAGE))
                .map(path -> new Place(
                        container,
                        container.path() + "." + field,
                        path,
                        HostPath.normal(path),
                        field,
                        field,
                        Fields.value(container.node(), field).map(Node::span).orElse(container.nameSpan())));
    }

    private static Place place(Container container, String path, Node.Mapping mount, String field, String backing) {
        var written = Fields.text(mount, field).orElse("");
        return new Place(
                container,
                container.path() + path + "." + field,
                written,
                HostPath.normal(written), // the kubelet puts a slash before a path that has none
                backing,
                Fields.text(mount, "name").orElse(""),
                Fields.value(mount, field).map(Node::span).orElse(mount.span()));
    }

    /// A source that says `readOnly: true` is read-only in every mount, but for a host path, which has no such field.
    private static List<String> writableKinds(Pod.Volume volume) {
        var kinds = new ArrayList<String>();
        for (var kind : volume.kinds()) {
            var source = volume.source(kind);
            boolean readOnly = NEVER_WRITABLE.contains(kind)
                    || !kind.equals("hostPath")
                            && source.filter(one -> Fields.isTrue(Fields.value(one, "readOnly")))
                                    .isPresent();
            if (!readOnly) {
                kinds.add(kind.equals("emptyDir") && inMemory(source) ? "memory" : kind);
            }
        }
        return kinds;
    }

    private static boolean inMemory(Optional<Node.Mapping> emptyDir) {
        return emptyDir.flatMap(source -> Fields.text(source, "medium"))
                .filter(medium -> !medium.isEmpty())
                .isPresent();
    }

    /// One breach a place, the gravest.
    private static void judge(AdmissionSection.Writable asked, Place place, List<Breach> breaches) {
        for (var forbidden : asked.forbid()) {
            var relation = plainly(place.at(), HostPath.normal(forbidden));
            if (relation != Relation.APART) {
                breaches.add(breach(
                        place,
                        "nothing writable over " + forbidden,
                        mounts(place) + over(relation, forbidden),
                        "mount it elsewhere, or read-only"));
                return;
            }
        }
        if (asked.paths().isPresent() && !allowed(asked.paths().get(), place.at())) {
            breaches.add(breach(
                    place,
                    asked.paths().get().isEmpty()
                            ? "no writable mount"
                            : "at or below one of "
                                    + String.join(", ", asked.paths().get()),
                    mounts(place) + ", where the policy declares no writable place",
                    "set readOnly: true, or have the place declared"));
            return;
        }
        if (asked.backing().isPresent() && !asked.backing().get().contains(place.backing())) {
            breaches.add(breach(
                    place,
                    "one of " + String.join(", ", asked.backing().get()),
                    mounts(place) + " from a volume of kind " + place.backing(),
                    "set readOnly: true, or use a volume of another kind"));
        }
    }

    private static String over(Relation relation, String forbidden) {
        return switch (relation) {
            case SAME -> ", over what the image has there";
            case BELOW -> ", below " + forbidden;
            case ABOVE -> ", over " + forbidden;
            case APART -> "";
        };
    }

    /// Inside a container `/run` and `/var/run` are what its image makes of them, so no two spellings here.
    private static Relation plainly(String at, String forbidden) {
        if (at.equals(forbidden)) {
            return Relation.SAME;
        }
        if (forbidden.equals("/")) {
            return Relation.APART;
        }
        return HostPath.within(at, forbidden)
                ? Relation.BELOW
                : HostPath.within(forbidden, at) ? Relation.ABOVE : Relation.APART;
    }

    private static boolean allowed(List<String> paths, String at) {
        for (var path : paths) {
            if (HostPath.within(at, HostPath.normal(path))) {
                return true;
            }
        }
        return false;
    }

    private static String mounts(Place place) {
        return place.container().words() + " may write to " + place.at()
                + (place.backing().equals(MESSAGE)
                        ? " (its termination message)"
                        : " (volume \"" + place.volume() + "\")");
    }

    private static Breach breach(Place place, String wanted, String fact, String remedy) {
        return new Breach(
                RULE,
                place.field(),
                '"' + place.written() + "\" on " + place.backing(),
                wanted,
                fact,
                remedy,
                place.span(),
                Optional.of(place.container()));
    }
}
