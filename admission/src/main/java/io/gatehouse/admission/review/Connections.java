// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import io.gatehouse.schemas.policy.Mode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Optional;

/// Ways into a running container: `interactive`. A review of them names the pod and perhaps the container, and tells
/// neither labels nor images, so a policy that asks for those counts as being about the pod.
final class Connections {
    private static final String RULE = "admission.interactive.";

    private Connections() {}

    /// @param namespaceMode what the label of the namespace asks for
    static Findings of(ReviewRequest request, Snapshot snapshot, Optional<Mode> namespaceMode, LocalDate today) {
        return switch (request.resource()) {
            case "pods/exec" -> of(request, snapshot, namespaceMode, today, Way.EXEC);
            case "pods/attach" -> of(request, snapshot, namespaceMode, today, Way.ATTACH);
            case "pods/portforward" -> of(request, snapshot, namespaceMode, today, Way.PORT_FORWARD);
            case "pods/proxy", "services/proxy", "nodes/proxy" ->
                of(request, snapshot, namespaceMode, today, Way.PROXY);
            default -> Findings.NONE;
        };
    }

    private static Findings of(
            ReviewRequest request, Snapshot snapshot, Optional<Mode> namespaceMode, LocalDate today, Way way) {
        var container = request.object()
                .flatMap(options -> Fields.text(options, "container"))
                .filter(name -> !name.isEmpty());
        var workload = new Workload(
                request.subject().namespace(), Optional.empty(), Optional.empty(), container.orElse(""), namespaceMode);
        var told = new ArrayList<Finding>();
        var exempted = new ArrayList<Exempted>();
        for (var covered : snapshot.maySelect(workload, today)) {
            var asked =
                    covered.policy().admission().flatMap(plan -> plan.asked().interactive());
            if (asked.filter(interactive -> interactive.denies(way)).isPresent()) {
                var breach = breach(request, way, container);
                var stage = covered.counts().stage(breach.rule());
                var finding = new Finding(
                        covered.policy().policy().name(), stage.mode(), stage.enforcedFrom(), breach, Since.NOW, "");
                covered.counts()
                        .exemption(breach.rule())
                        .ifPresentOrElse(by -> exempted.add(new Exempted(finding, by)), () -> told.add(finding));
            }
        }
        return new Findings(told, exempted);
    }

    private static Breach breach(ReviewRequest request, Way way, Optional<String> container) {
        var what = request.resource().substring(0, request.resource().indexOf('/') - 1); // `pods/exec`: pod
        var where = container.map(name -> "container \"" + name + "\" of ").orElse("") + what + " \""
                + request.subject().name() + "\"";
        return new Breach(
                RULE + way.field(),
                way.field(),
                Breach.ASKED_FOR,
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
