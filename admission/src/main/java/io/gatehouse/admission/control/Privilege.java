// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What opens the way from a container to the node: the `privilege` section.
///
/// A field that may be left out is a breach only where it says something else than false; `allowPrivilegeEscalation`
/// is true where it is left out, so it must be written.
record Privilege() implements Control {
    static final String RULE = "admission.privilege.";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked();
        var pod = arrival.pod();
        if (asked.privilege().isEmpty()) {
            return List.of();
        }
        var section = asked.privilege().get();
        var breaches = new ArrayList<Breach>();
        if (section.forbidHostPid()) {
            shared(pod, "hostPID", "process ids", breaches);
        }
        if (section.forbidHostIpc()) {
            shared(pod, "hostIPC", "inter-process communication", breaches);
        }
        if (section.forbidHostNetwork()) {
            shared(pod, "hostNetwork", "network", breaches);
        }
        for (var container : covered) {
            if (section.forbidPrivileged()) {
                privileged(container, breaches);
            }
            if (section.forbidPrivilegeEscalation() && !pod.isWindows()) {
                escalation(container, breaches);
            }
        }
        return breaches;
    }

    private static void shared(Pod pod, String field, String what, List<Breach> breaches) {
        var seen = Fields.value(pod.spec(), field);
        if (seen.isPresent() && !Fields.isFalse(seen)) {
            breaches.add(new Breach(
                    RULE + field,
                    pod.path() + "." + field,
                    Fields.show(seen),
                    "false",
                    "the pod shares the node's " + what,
                    "set it to false or leave it out",
                    seen.get().span(),
                    Optional.empty()));
        }
    }

    private static void privileged(Container container, List<Breach> breaches) {
        var seen = container.security("privileged");
        if (seen.isPresent() && !Fields.isFalse(seen)) {
            breaches.add(breach(
                    container,
                    "privileged",
                    seen,
                    container.words() + " runs privileged",
                    "set it to false or leave it out",
                    seen.get().span()));
        }
    }

    private static void escalation(Container container, List<Breach> breaches) {
        var seen = container.security("allowPrivilegeEscalation");
        if (!Fields.isFalse(seen)) {
            breaches.add(breach(
                    container,
                    "allowPrivilegeEscalation",
                    seen,
                    container.words() + " may gain privileges",
                    "set it to false",
                    seen.map(Node::span).orElseGet(container::securitySpan)));
        }
    }

    private static Breach breach(
            Container container, String field, Optional<Node> seen, String fact, String remedy, Span span) {
        return new Breach(
                RULE + field,
                container.path() + ".securityContext." + field,
                Fields.show(seen),
                "false",
                fact,
                remedy,
                span,
                Optional.of(container));
    }
}
