// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Requests that the API server let through because the gate did not answer, judged from what the audit log tells of
/// them. Nothing is refused any more; it is told.
final class MissedReviews {
    private static final Map<String, Operation> OPERATIONS =
            Map.of("create", Operation.CREATE, "update", Operation.UPDATE, "patch", Operation.UPDATE);

    private static final long NANOS = 1_000_000_000L;

    private MissedReviews() {}

    /// What would have been found. Empty where the log does not tell what was stored.
    static Optional<List<Alert>> judge(JsonEvent event, Snapshot snapshot, Images images) {
        var operation = OPERATIONS.get(AuditEvent.text(event.document(), "verb"));
        var object = object(event.document());
        if (operation == null || object.isEmpty()) {
            return Optional.empty();
        }
        var time =
                Instant.ofEpochSecond(Math.floorDiv(event.timeNanos(), NANOS), Math.floorMod(event.timeNanos(), NANOS));
        var request = new ReviewRequest(
                AuditEvent.id(event.document()),
                subject(event.document(), object.get()),
                "",
                operation,
                object,
                Optional.empty(),
                false,
                AuditEvent.user(event.document()));
        return switch (Judge.decide(request, snapshot, images, LocalDate.ofInstant(time, ZoneOffset.UTC))) {
            case Judge.Outcome.Malformed _ -> Optional.empty();
            case Judge.Outcome.Judged(var decision) ->
                Optional.of(decision.findings().stream()
                        .map(finding -> alert(request, finding, time))
                        .toList());
        };
    }

    /// As it was stored where the log has it; else as it was sent, unless that is a patch alone.
    private static Optional<Node.Mapping> object(Node event) {
        return AuditEvent.part(event, "responseObject")
                .filter(MissedReviews::isObject)
                .or(() -> AuditEvent.text(event, "verb").equals("patch")
                        ? Optional.empty()
                        : AuditEvent.part(event, "requestObject").filter(MissedReviews::isObject));
    }

    private static boolean isObject(Node.Mapping node) {
        var kind = Fields.text(node, "kind");
        return kind.isPresent() && !kind.get().equals("Status");
    }

    private static Subject subject(Node event, Node.Mapping object) {
        var target = AuditEvent.part(event, "objectRef");
        var version = Fields.text(object, "apiVersion").orElse("");
        return new Subject(
                version.contains("/") ? version.substring(0, version.indexOf('/')) : "",
                Fields.text(object, "kind").orElse(""),
                target.flatMap(ref -> Fields.text(ref, "namespace")).filter(name -> !name.isEmpty()),
                target.flatMap(ref -> Fields.text(ref, "name")).orElseGet(() -> ReviewReader.nameOf(object)));
    }

    private static Alert alert(ReviewRequest request, Finding finding, Instant time) {
        var who = request.user().isEmpty() ? "someone" : request.user();
        var what = request.operation() == Operation.CREATE ? " created " : " changed ";
        return new Alert(
                time,
                finding.policy(),
                finding.breach().rule(),
                finding.mode(),
                Verdict.REPORT,
                Guarantee.REPORTED,
                who + what + request.subject() + " while the gate did not answer: "
                        + finding.breach().fact(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
