// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.AdmissionView;
import io.gatehouse.engine.policy.GateRules;
import io.gatehouse.engine.policy.Snapshot;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What rules over audit events find in a request, where a response wants it refused. A rule sees the request as it is,
/// of whatever kind its object is; it is about what is asked, so nothing it finds stood before.
public final class RuleFindings {
    /// The whole object; a rule points at no field.
    private static final String FIELD = "object";

    private RuleFindings() {}

    /// @param request of an admission review, the part below `request`
    public static List<Finding> of(Node.Mapping request, Subject subject, Snapshot snapshot, LocalDate today) {
        var rules = snapshot.gateRules();
        if (rules.rules().isEmpty()) {
            return List.of();
        }
        var review = new Node.Mapping(List.of(new Node.Entry("request", request.span(), request)), request.span());
        return AdmissionView.of(review, 1, startOf(today)).stream()
                .flatMap(event -> rules.matches(event, subject.namespace(), today).stream())
                .map(match -> finding(match, request))
                .toList();
    }

    /// The judge knows the day and no clock. Not 0: rules files write `jevt.rawtime=0` for what never holds.
    private static long startOf(LocalDate today) {
        return TimeUnit.DAYS.toNanos(today.toEpochDay());
    }

    private static Finding finding(GateRules.Match match, Node.Mapping request) {
        var document = match.response().document();
        var breach = new Breach(
                match.rule().name(),
                FIELD,
                "as rule '" + match.rule().name() + "' says",
                Breach.OTHERWISE,
                match.told(),
                document.reason(),
                request.get("object").orElse(request).span(),
                Optional.empty());
        return new Finding(document.name(), match.response().mode(), breach, Since.NOW);
    }
}
