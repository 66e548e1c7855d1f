// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.control.HostPath.Relation;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// No `hostPath` volume hands over a forbidden path of the node, nor what holds it, nor what lies in it.
///
/// The volume counts, mounted or not: what a container mounts of it is the container's choice, and read-only does not
/// help for a socket.
record SensitiveMounts() implements Control {
    static final String RULE = "admission.sensitiveMounts";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked();
        var pod = arrival.pod();
        var forbidden = forbidden(asked);
        if (forbidden.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var volume : pod.volumes()) {
            var source = Fields.value(volume.node(), "hostPath");
            if (source.isPresent()) {
                breach(forbidden, volume, source.get()).ifPresent(breaches::add);
            }
        }
        return breaches;
    }

    private static List<String> forbidden(AdmissionSection asked) {
        if (!asked.denyRuntimeSockets()) {
            return asked.forbiddenMounts();
        }
        var all = new ArrayList<>(asked.forbiddenMounts());
        all.addAll(RuntimeSockets.PATHS);
        return all;
    }

    private static Optional<Breach> breach(List<String> paths, Pod.Volume volume, Node source) {
        var path = source instanceof Node.Mapping mapping ? Fields.value(mapping, "path") : Optional.<Node>empty();
        if (path.isEmpty() || !(path.get() instanceof Node.Text(var written, var span))) {
            return Optional.of(new Breach(
                    RULE,
                    volume.path() + ".hostPath.path",
                    Fields.show(path),
                    "a path that is not forbidden",
                    "volume \"" + volume.name() + "\" mounts a path of the node that cannot be read",
                    "write the path",
                    volume.span(),
                    Optional.empty()));
        }
        var mounted = HostPath.normal(written);
        var nearest = Relation.APART;
        var forbidden = "";
        for (var candidate : paths) {
            var relation = HostPath.relation(mounted, HostPath.normal(candidate));
            if (relation.compareTo(nearest) < 0) {
                nearest = relation;
                forbidden = candidate;
            }
        }
        var mounts = "volume \"" + volume.name() + "\" mounts " + mounted + " of the node";
        var fact = switch (nearest) {
            case SAME -> mounts;
            case BELOW -> mounts + ", which lies in " + forbidden;
            case ABOVE -> mounts + ", which holds " + forbidden;
            case APART -> "";
        };
        return nearest == Relation.APART
                ? Optional.empty()
                : Optional.of(new Breach(
                        RULE,
                        volume.path() + ".hostPath.path",
                        Fields.show(path),
                        "no path that reaches " + forbidden,
                        fact,
                        "use a volume that is not the node's",
                        span,
                        Optional.empty()));
    }
}
