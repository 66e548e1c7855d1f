// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Ways into a running container: `interactive`. A review of them names the pod and perhaps the container, and tells
/// neither labels nor images, so a policy that asks for those counts as being about the pod.
final class Connections {
    private static final String RULE = "admission.interactive.";

    private Connections() {}

    static List<Finding> of(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return switch (request.resource()) {
            case "pods/exec" -> of(request, snapshot, today, Way.EXEC);
            case "pods/attach" -> of(request, snapshot, today, Way.ATTACH);
            case "pods/portforward" -> of(request, snapshot, today, Way.PORT_FORWARD);
            case "pods/proxy", "services/proxy", "nodes/proxy" -> of(request, snapshot, today, Way.PROXY);
            default -> List.of();
        };
    }

    private static List<Finding> of(ReviewRequest request, Snapshot snapshot, LocalDate today, Way way) {
        var subject = request.subject();
        var container = request.object()
                .flatMap(options -> Fields.text(options, "container"))
                .filter(name -> !name.isEmpty());
        var findings = new ArrayList<Finding>();
        for (var compiled : snapshot.maySelect(subject.namespace(), container, today)) {
            if (compiled.admission()
                    .flatMap(plan -> plan.asked().interactive())
                    .filter(interactive -> interactive.denies(way))
                    .isPresent()) {
                var policy = compiled.policy();
                findings.add(new Finding(policy.name(), policy.mode(), breach(request, way, container), Since.NOW));
            }
        }
        return findings;
    }

    private static Breach breach(ReviewRequest request, Way way, Optional<String> container) {
        var what = request.resource().substring(0, request.resource().indexOf('/') - 1); // `pods/exec`: pod
        var where = container.map(name -> "container \"" + name + "\" of ").orElse("") + what + " \""
                + request.subject().name() + "\"";
        return new Breach(
                RULE + way.field(),
                way.field(),
                "asked for",
                "nobody in the container",
                words(way) + where,
                "change the image or its configuration and roll it out",
                request.object().map(Node.Mapping::span).orElse(request.sent().span()),
                Optional.empty());
    }

    private static String words(Way way) {
        return switch (way) {
            case PORT_FORWARD -> "port-forward to ";
            case PROXY -> "proxy to ";
            default -> way.field() + " into ";
        };
    }
}
