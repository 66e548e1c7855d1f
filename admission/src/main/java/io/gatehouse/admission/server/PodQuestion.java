// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.Alerts;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.DenialListener;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.Namespaces;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// `/validate`: an admission review.
///
/// @param snapshots null while nothing is loaded; asked once a review
record PodQuestion(
        Supplier<Snapshot> snapshots,
        Images images,
        Namespaces namespaces,
        DenialListener denials,
        Counters counters,
        InstantSource clock)
        implements Question {
    @Override
    public Answer answer(byte[] body) {
        return switch (ReviewReader.read(body, JsonReader.Limits.DEFAULT)) {
            case ReviewReader.Outcome.Malformed(var diagnostics) -> Unanswered.malformed(counters, diagnostics);
            case ReviewReader.Outcome.Read(var request) -> answer(request);
        };
    }

    private Answer answer(ReviewRequest request) {
        var snapshot = snapshots.get(); // immutable, so the whole review sees one version of every policy
        if (snapshot == null) {
            return Unanswered.nothingLoaded(counters);
        }
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return switch (Judge.decide(request, snapshot, images, namespaces, today)) {
            case Judge.Outcome.Malformed(var diagnostics) -> Unanswered.malformed(counters, diagnostics);
            case Judge.Outcome.Judged(var decision) ->
                new Answer.Reviewed(
                        decision,
                        ReviewWriter.answer(
                                request,
                                decision,
                                snapshot.digest(),
                                snapshot.brakes().told(today)),
                        now -> told(request, decision, now));
        };
    }

    private List<Alert> told(ReviewRequest request, Decision decision, Instant now) {
        if (decision instanceof Decision.Deny denial) {
            denials.refused(request, denial);
        }
        return Alerts.of(request, decision, now);
    }

    /// In the form that makes kubectl wait and ask again; as plain HTTP where not even the uid can be found.
    @Override
    public Answer notNow(byte[] body, String text, int retryAfterSeconds) {
        return ReviewReader.uid(body)
                .<Answer>map(uid -> new Answer.NotNow(ReviewWriter.notNow(uid, text, retryAfterSeconds)))
                .orElseGet(() -> new Answer.Failed(429, text, OptionalInt.of(retryAfterSeconds)));
    }
}
