// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every container says `readOnlyRootFilesystem: true` itself: there is no such field for a whole pod, and the default
/// is writable. Windows has no read-only root.
record ReadOnlyRootFilesystem() implements Control {
    static final String RULE = "admission.readOnlyRootFilesystem";
    private static final String FIELD = "readOnlyRootFilesystem";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked();
        var pod = arrival.pod();
        if (!asked.readOnlyRootFilesystem() || pod.isWindows()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            var seen = container.security(FIELD);
            if (!Fields.isTrue(seen)) {
                breaches.add(new Breach(
                        RULE,
                        container.path() + ".securityContext." + FIELD,
                        Fields.show(seen),
                        "true",
                        container.words() + " may write to its root filesystem",
                        "set it to true",
                        seen.map(Node::span).orElseGet(container::securitySpan),
                        Optional.of(container)));
            }
        }
        return breaches;
    }
}
