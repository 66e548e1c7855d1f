// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Nobody adds a container to a running pod. The other ways into one, `exec` and `attach`, bring in no pod and are
/// judged by the review of the connection.
record Interactive() implements Control {
    static final String RULE = "admission.interactive.ephemeralContainers";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        if (plan.asked()
                .interactive()
                .filter(AdmissionSection.Interactive::denyEphemeralContainers)
                .isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            if (container.kind() == Container.Kind.EPHEMERAL) {
                breaches.add(new Breach(
                        RULE,
                        container.path(),
                        "an ephemeral container",
                        "none",
                        container.words() + " would be added to a running pod",
                        "look at its logs and events instead, or at a copy of it elsewhere",
                        container.nameSpan(),
                        Optional.of(container)));
            }
        }
        return breaches;
    }
}
