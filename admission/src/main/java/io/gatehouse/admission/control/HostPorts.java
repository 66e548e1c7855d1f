// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Ports of the node that a container takes: `privilege.hostPorts`. In the node's network every port of a container is
/// one; the API server fills it in there, and so does this.
record HostPorts() implements Control {
    static final String RULE = "admission.privilege.hostPorts";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().privilege().flatMap(PrivilegeSection::hostPorts);
        if (asked.isEmpty()) {
            return List.of();
        }
        boolean onNode = Fields.isTrue(Fields.value(arrival.pod().spec(), "hostNetwork"));
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            var ports = Fields.mappings(container.node(), "ports");
            for (int i = 0; i < ports.size(); i++) {
                judge(asked.get(), container, ports.get(i), i, onNode, breaches);
            }
        }
        return breaches;
    }

    private static void judge(
            List<Ports> asked,
            Container container,
            Node.Mapping port,
            int index,
            boolean onNode,
            List<Breach> breaches) {
        var own = Fields.value(port, "hostPort").filter(value -> !isZero(value));
        var field = own.isEmpty() && onNode ? "containerPort" : "hostPort";
        var taken = own.isEmpty() && onNode ? Fields.value(port, "containerPort") : own;
        if (taken.isEmpty() || asked.stream().anyMatch(ports -> ports.holds(number(taken.get())))) {
            return;
        }
        breaches.add(new Breach(
                RULE,
                container.path() + ".ports[" + index + "]." + field,
                Fields.show(taken),
                asked.isEmpty()
                        ? "none"
                        : "one of " + asked.stream().map(Ports::toString).collect(Collectors.joining(", ")),
                container.words() + " takes port " + Fields.show(taken) + " of the node",
                onNode ? "leave the node's network" : "leave it out; a Service leads to the container's port",
                taken.get().span(),
                Optional.of(container)));
    }

    private static boolean isZero(Node value) {
        return value instanceof Node.Number && number(value) == 0;
    }

    /// -1 for what is none, which no range holds.
    private static long number(Node value) {
        try {
            return value instanceof Node.Number(var literal, var _) ? Long.parseLong(literal) : -1;
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
