// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Nobody adds a container to a running pod, and no container waits for somebody at a terminal. The other ways into
/// one, such as `exec` and `attach`, bring in no pod and are judged by the review of the connection.
record Interactive() implements Control {
    static final String RULE = "admission.interactive.";
    private static final List<String> TERMINAL = List.of("stdin", "tty");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().interactive();
        if (asked.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            if (asked.get().denies(Way.EPHEMERAL_CONTAINERS) && container.kind() == Container.Kind.EPHEMERAL) {
                breaches.add(ephemeral(container));
            }
            if (asked.get().denies(Way.TERMINAL)) {
                terminal(container, breaches);
            }
        }
        return breaches;
    }

    private static Breach ephemeral(Container container) {
        return new Breach(
                RULE + Way.EPHEMERAL_CONTAINERS.field(),
                container.path(),
                "an ephemeral container",
                "none",
                container.words() + " would be added to a running pod",
                "look at its logs and events instead, or at a copy of it elsewhere",
                container.nameSpan(),
                Optional.of(container));
    }

    private static void terminal(Container container, List<Breach> breaches) {
        for (var field : TERMINAL) {
            var seen = Fields.value(container.node(), field);
            if (seen.isPresent() && !Fields.isFalse(seen)) {
                breaches.add(new Breach(
                        RULE + Way.TERMINAL.field(),
                        container.path() + "." + field,
                        Fields.show(seen),
                        "false",
                        container.words() + " waits for somebody to type",
                        "set it to false or leave it out",
                        seen.get().span(),
                        Optional.of(container)));
            }
        }
    }
}
