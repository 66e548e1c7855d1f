// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.document.Node;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a Kubernetes Event would tell of one decision: one event, however many findings. Who has a client writes it.
///
/// A refused object is never stored, and a pod is mostly asked for by a controller, so the event is about the
/// controller where the object names one: that is what a person describes who misses the pods of a workload.
///
/// @param about what the event is about
/// @param reason one word for programs: [#DENIED] or [#AUDITED]
/// @param note at most [#MAX_NOTE_CHARS], with the id of each finding it names
/// @param key the same for the same findings about the same object: repetitions are one event that is counted
public record ObjectEvent(About about, String reason, String note, String key, Instant time) {
    public static final String DENIED = "PolicyDenied";
    public static final String AUDITED = "PolicyAudited";

    /// The API server takes 1024.
    public static final int MAX_NOTE_CHARS = 900;

    private static final int MAX_FINDINGS = 5;

    /// @param uid absent where the object is not stored yet
    public record About(
            String apiVersion, String kind, Optional<String> namespace, String name, Optional<String> uid) {}

    /// Absent where there is nothing to tell: nothing new was found, nothing happened, or nothing is decided yet.
    public static Optional<ObjectEvent> of(ReviewRequest request, Decision decision, Instant now) {
        if (request.dryRun() || decision instanceof Decision.Wait) {
            return Optional.empty();
        }
        boolean denied = decision instanceof Decision.Deny;
        var told = decision.findings().stream()
                .filter(finding -> finding.since() == Since.NOW && (!denied || finding.refuses()))
                .toList();
        var about = about(request);
        if (told.isEmpty() || about.name().isEmpty()) { // of what has no name yet nobody can ask
            return Optional.empty();
        }
        var ids = told.stream().map(Finding::id).sorted().collect(Collectors.joining(","));
        return Optional.of(new ObjectEvent(
                about, denied ? DENIED : AUDITED, note(request, denied, told), about + " " + denied + " " + ids, now));
    }

    private static About about(ReviewRequest request) {
        var subject = request.subject();
        var object = request.object();
        return object.flatMap(ObjectEvent::controller)
                .map(owner -> new About(
                        text(owner, "apiVersion").orElse(""),
                        text(owner, "kind").orElse(""),
                        subject.namespace(),
                        text(owner, "name").orElse(""),
                        text(owner, "uid")))
                .orElseGet(() -> new About(
                        request.operation() == Operation.CONNECT
                                ? "v1"
                                : object.flatMap(node -> text(node, "apiVersion"))
                                        .orElse("v1"),
                        request.targetKind(),
                        subject.namespace(),
                        subject.name().endsWith("*") ? "" : subject.name(),
                        object.flatMap(node -> Fields.mapping(node, "metadata"))
                                .flatMap(metadata -> text(metadata, "uid"))));
    }

    private static Optional<Node.Mapping> controller(Node.Mapping object) {
        return Fields.mapping(object, "metadata")
                .flatMap(metadata -> Fields.value(metadata, "ownerReferences"))
                .flatMap(owners -> owners instanceof Node.Sequence list
                        ? list.items().stream()
                                .filter(Node.Mapping.class::isInstance)
                                .map(Node.Mapping.class::cast)
                                .filter(owner -> Fields.isTrue(Fields.value(owner, "controller")))
                                .findFirst()
                        : Optional.empty());
    }

    private static Optional<String> text(Node.Mapping mapping, String field) {
        return Fields.text(mapping, field).filter(text -> !text.isEmpty());
    }

    /// `refused Pod shop/web-*, 2 findings: spec.containers[0]…: … (policy p, …, f-0a1b2c3d); …`
    private static String note(ReviewRequest request, boolean denied, List<Finding> told) {
        var count = told.size() + (told.size() == 1 ? " finding" : " findings");
        var note = new StringBuilder(Wording.cut(
                (denied ? "refused " : "let through ") + request.subject().as(request.targetKind()) + ", " + count,
                MAX_NOTE_CHARS / 3));
        int written = 0;
        for (var finding : told) {
            var one = (written == 0 ? ": " : "; ") + finding.breach().field() + ": " + Wording.cause(finding);
            var rest = "; " + Wording.more(told.size() - written);
            if (written == MAX_FINDINGS || note.length() + one.length() + rest.length() > MAX_NOTE_CHARS) {
                return note.append(rest).toString();
            }
            note.append(one);
            written++;
        }
        return note.toString();
    }
}
