// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// From a decision to what is told of it, one alert a finding.
public final class Alerts {
    private Alerts() {}

    public static List<Alert> of(ReviewRequest request, Decision decision, Instant now) {
        if (request.dryRun() || decision instanceof Decision.Wait) { // nothing happened
            return List.of();
        }
        return decision.findings().stream()
                .map(finding -> alert(request, finding, now))
                .toList();
    }

    private static Alert alert(ReviewRequest request, Finding finding, Instant now) {
        // What stood already is let through in every mode, and so is what is only told.
        boolean brought = finding.since() == Since.NOW && !(finding.breach().weight() instanceof Breach.Weight.Tell);
        return new Alert(
                now,
                finding.policy(),
                finding.breach().rule(),
                finding.mode(),
                brought ? Verdict.DENY : Verdict.REPORT,
                brought ? Guarantee.PREVENTED : Guarantee.REPORTED,
                message(request, finding),
                Optional.empty(),
                Optional.empty(),
                pod(request.subject()));
    }

    /// `jane asked to create Deployment shop/web: container "web" may write to its root filesystem`
    private static String message(ReviewRequest request, Finding finding) {
        var who = request.user().isEmpty() ? "someone" : request.user();
        var what = request.operation().name().toLowerCase(Locale.ROOT);
        return who + " asked to " + what + " " + request.subject() + ": "
                + finding.breach().fact();
    }

    private static Optional<Alert.PodFacts> pod(Subject subject) {
        return Bearer.of(subject.group(), subject.kind())
                .filter(Bearer::isPod)
                .flatMap(_ -> subject.namespace())
                .map(namespace -> new Alert.PodFacts(namespace, subject.name()));
    }
}
