// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The label that SELinux judges a container by: `privilege.seLinux`. The level may be anything; it only keeps
/// containers apart.
record SeLinux() implements Control {
    static final String RULE = "admission.privilege.seLinux";
    private static final String FIELD = "seLinuxOptions";
    private static final List<String> NEVER = List.of("user", "role");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var types = plan.asked().privilege().flatMap(PrivilegeSection::seLinuxTypes);
        if (types.isEmpty()) {
            return List.of();
        }
        var pod = arrival.pod();
        var breaches = new ArrayList<Breach>();
        pod.security(FIELD)
                .ifPresent(label -> judge(types.get(), pod.path(), label, "the pod", Optional.empty(), breaches));
        for (var container : covered) {
            container
                    .security(FIELD)
                    .ifPresent(label -> judge(
                            types.get(), container.path(), label, container.words(), Optional.of(container), breaches));
        }
        return breaches;
    }

    private static void judge(
            List<String> types,
            String owner,
            Node written,
            String who,
            Optional<Container> container,
            List<Breach> breaches) {
        if (!(written instanceof Node.Mapping label)) {
            return;
        }
        var prefix = owner + ".securityContext." + FIELD + ".";
        var type = given(label, "type");
        if (type.isPresent() && !types.contains(Fields.text(label, "type").orElse(""))) {
            breaches.add(new Breach(
                    RULE,
                    prefix + "type",
                    Fields.show(type),
                    types.isEmpty() ? Breach.UNSET : "unset, or one of " + String.join(", ", types),
                    who + " has the SELinux type " + Fields.show(type),
                    "leave it out; the runtime gives it one",
                    type.get().span(),
                    container));
        }
        for (var field : NEVER) {
            var seen = given(label, field);
            if (seen.isPresent()) {
                breaches.add(new Breach(
                        RULE,
                        prefix + field,
                        Fields.show(seen),
                        Breach.UNSET,
                        who + " has an SELinux " + field + " of its own, " + Fields.show(seen),
                        "leave it out",
                        seen.get().span(),
                        container));
            }
        }
    }

    private static Optional<Node> given(Node.Mapping label, String field) {
        return Fields.value(label, field)
                .filter(value -> !(value instanceof Node.Text(var text, var _) && text.isEmpty()));
    }
}
