// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.imagepolicy.ImageReview;
import io.gatehouse.admission.imagepolicy.ImageReviewWriter;
import io.gatehouse.admission.imagepolicy.ImageVerdicts;
import io.gatehouse.admission.review.Alerts;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.admission.review.Wording;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.Snapshot;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// `/image-policy`: the images of a pod.
///
/// An image review is allowed or not, and the API server remembers the answer for minutes. What is not decided yet is
/// therefore no answer but 429 with a delay, which its client keeps, and asks again by itself.
///
/// @param snapshots null while nothing is loaded; asked once a review
record ImageQuestion(Supplier<Snapshot> snapshots, Images images, Counters counters, InstantSource clock)
        implements Question {
    private static final int MAX_REASON_CHARS = 200;

    @Override
    public Answer answer(byte[] body) {
        return switch (ImageReview.read(body, JsonReader.Limits.DEFAULT)) {
            case ImageReview.Outcome.Malformed(var diagnostics) -> Unanswered.malformed(counters, diagnostics);
            case ImageReview.Outcome.Read(var review) -> answer(review);
        };
    }

    private Answer answer(ImageReview review) {
        var snapshot = snapshots.get(); // immutable, so the whole review sees one version of every policy
        if (snapshot == null) {
            return Unanswered.nothingLoaded(counters);
        }
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var verdicts = ImageVerdicts.of(review, snapshot, images, today);
        if (verdicts.decision() instanceof Decision.Wait wait) {
            counters.waited.increment();
            var first =
                    wait.findings().stream().filter(finding -> finding.waits()).findFirst();
            return new Answer.Failed(
                    429,
                    "gatehouse: not decided yet; this is not a policy decision: "
                            + first.map(ImageReviewWriter::words).orElse(""),
                    OptionalInt.of(ImageReviewWriter.retryAfterSeconds(wait)));
        }
        var body = ImageReviewWriter.answer(
                verdicts, snapshot.digest(), snapshot.brakes().told(today));
        return new Answer.Reviewed(
                verdicts.decision(),
                body,
                now -> Alerts.of(asRequest(review, who(verdicts)), verdicts.decision(), now));
    }

    /// The review names nobody; who broke the glass has said why.
    private static String who(ImageVerdicts verdicts) {
        return verdicts.brokenGlass()
                .map(reason -> "someone who broke the glass ("
                        + Wording.cut(reason.replaceAll("\\p{Cntrl}", " "), MAX_REASON_CHARS) + ")")
                .orElse("");
    }

    /// As alerts tell of it: a pod of which the review names no more than the namespace.
    private static ReviewRequest asRequest(ImageReview review, String who) {
        return new ReviewRequest(
                "",
                new Subject("", "Pod", review.namespace(), ""),
                "pods",
                Operation.CREATE,
                Optional.empty(),
                Optional.empty(),
                false,
                who);
    }

    @Override
    public Answer notNow(byte[] body, String text, int retryAfterSeconds) {
        return new Answer.Failed(429, text, OptionalInt.of(retryAfterSeconds));
    }
}
