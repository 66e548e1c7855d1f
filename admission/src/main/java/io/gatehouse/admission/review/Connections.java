// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Ways into a running container: `interactive`. A review of them names the pod and perhaps the container, and tells
/// neither labels nor images, so a policy that asks for those counts as being about the pod.
final class Connections {
    private static final String RULE = "admission.interactive.";

    private Connections() {}

    static List<Finding> of(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return switch (request.resource()) {
            case "pods/exec" -> of(request, snapshot, today, "exec", AdmissionSection.Interactive::denyExec);
            case "pods/attach" -> of(request, snapshot, today, "attach", AdmissionSection.Interactive::denyAttach);
            default -> List.of();
        };
    }

    private static List<Finding> of(
            ReviewRequest request,
            Snapshot snapshot,
            LocalDate today,
            String way,
            Predicate<AdmissionSection.Interactive> denies) {
        var subject = request.subject();
        var container = request.object()
                .flatMap(options -> Fields.text(options, "container"))
                .filter(name -> !name.isEmpty());
        var findings = new ArrayList<Finding>();
        for (var compiled : snapshot.maySelect(subject.namespace(), container, today)) {
            if (compiled.admission()
                    .flatMap(plan -> plan.asked().interactive())
                    .filter(denies)
                    .isPresent()) {
                var policy = compiled.policy();
                findings.add(new Finding(policy.name(), policy.mode(), breach(request, way, container), Since.NOW));
            }
        }
        return findings;
    }

    private static Breach breach(ReviewRequest request, String way, Optional<String> container) {
        var where = container.map(name -> "container \"" + name + "\" of ").orElse("") + "pod \""
                + request.subject().name() + "\"";
        return new Breach(
                RULE + way,
                way,
                "asked for",
                "nobody in the container",
                way + " into " + where,
                "change the image or its configuration and roll it out",
                request.object().map(Node.Mapping::span).orElse(request.sent().span()),
                Optional.empty());
    }
}
