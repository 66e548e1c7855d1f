// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.imagepolicy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.schemas.policy.PolicyName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// From what was decided to the answer the plug-in expects. It puts its own name before the keys of the annotations.
public final class ImageReviewWriter {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int MAX_TOLD = 5;
    private static final int MAX_REASON_CHARS = 1000;
    private static final int MAX_ANNOTATION_CHARS = 8192;

    private ImageReviewWriter() {}

    /// @param digest of the snapshot that decided
    /// @param brake why what is enforced was let through all the same
    /// @throws IllegalArgumentException nothing is decided yet, which this answer cannot say
    public static byte[] answer(ImageVerdicts verdicts, String digest, Optional<String> brake) {
        if (verdicts.decision() instanceof Decision.Wait) {
            throw new IllegalArgumentException("an image review is allowed or not");
        }
        var out = new ByteArrayOutputStream(512);
        try (var json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("apiVersion", ImageReview.API_VERSION);
            json.writeStringField("kind", ImageReview.KIND);
            json.writeObjectFieldStart("status");
            var refusing = verdicts.decision().findings().stream()
                    .filter(Finding::refuses)
                    .toList();
            json.writeBooleanField("allowed", refusing.isEmpty());
            if (!refusing.isEmpty()) {
                json.writeStringField("reason", reason(refusing));
            }
            annotations(json, verdicts, digest, brake);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing an answer in memory", e);
        }
        return out.toByteArray();
    }

    /// When all that is waited for is worth asking for again.
    public static int retryAfterSeconds(Decision.Wait wait) {
        return wait.findings().stream()
                .mapToInt(finding -> finding.breach().weight() instanceof Breach.Weight.Wait(var seconds) ? seconds : 1)
                .max()
                .orElse(1);
    }

    /// `kubectl` shows it in one line: `image policy webhook backend denied one or more images: …`.
    private static String reason(List<Finding> refusing) {
        var told =
                refusing.stream().limit(MAX_TOLD).map(ImageReviewWriter::words).collect(Collectors.joining("; "));
        int more = refusing.size() - MAX_TOLD;
        return cut(more > 0 ? told + "; and " + more + " more" : told, MAX_REASON_CHARS);
    }

    /// A finding in one line.
    public static String words(Finding finding) {
        var breach = finding.breach();
        return breach.fact() + "; " + breach.remedy() + " (policy " + finding.policy() + ", " + breach.rule() + ")";
    }

    private static void annotations(JsonGenerator json, ImageVerdicts verdicts, String digest, Optional<String> brake)
            throws IOException {
        json.writeObjectFieldStart("auditAnnotations");
        json.writeStringField("snapshot", digest);
        json.writeStringField(
                "decision",
                switch (verdicts.decision()) {
                    case Decision.Allow _ -> "allow";
                    case Decision.Warn _ -> "warn";
                    case Decision.Wait _ -> "wait";
                    case Decision.Deny _ -> "deny";
                });
        if (brake.isPresent()) {
            json.writeStringField("brake", cut(brake.get(), MAX_ANNOTATION_CHARS));
        }
        if (verdicts.brokenGlass().isPresent()) {
            json.writeStringField("break-glass", cut(verdicts.brokenGlass().get(), MAX_REASON_CHARS));
        }
        if (!verdicts.decision().findings().isEmpty()) {
            json.writeStringField("findings", findings(verdicts.decision().findings()));
        }
        if (!verdicts.leftOut().isEmpty()) {
            json.writeStringField(
                    "left-out",
                    cut(
                            verdicts.leftOut().stream()
                                    .map(PolicyName::toString)
                                    .collect(Collectors.joining(" ")),
                            MAX_ANNOTATION_CHARS));
        }
        json.writeEndObject();
    }

    /// As JSON, in the form of the annotation of a review. What does not fit is counted in a last element.
    private static String findings(List<Finding> findings) throws IOException {
        var parts = new StringBuilder("[");
        int written = 0;
        for (var finding : findings) {
            var one = one(finding);
            if (parts.length() + one.length() > MAX_ANNOTATION_CHARS) {
                break;
            }
            parts.append(written == 0 ? "" : ",").append(one);
            written++;
        }
        if (written < findings.size()) {
            parts.append(written == 0 ? "" : ",")
                    .append("{\"more\":")
                    .append(findings.size() - written)
                    .append('}');
        }
        return parts.append(']').toString();
    }

    private static String one(Finding finding) throws IOException {
        var out = new StringWriter();
        try (var json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            ReviewWriter.fields(json, finding);
            json.writeEndObject();
        }
        return out.toString();
    }

    private static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = chars - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
