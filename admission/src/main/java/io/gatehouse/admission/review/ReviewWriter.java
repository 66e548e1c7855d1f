// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.admission.control.Breach;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// From a decision to the body of the answer.
///
/// A denial is 422 `Invalid` with one cause for each finding: kubectl prints those as a list of fields, where a 403
/// would show one run-on sentence.
public final class ReviewWriter {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY_REQUESTS = 429;
    /// Audit back-ends cut events above 100 KB; this leaves the room to the objects themselves.
    private static final int MAX_ANNOTATION_CHARS = 8192;

    private ReviewWriter() {}

    /// Where no brake is pulled.
    ///
    /// @param digest of the snapshot that decided
    public static byte[] answer(ReviewRequest request, Decision decision, String digest) {
        return answer(request, decision, digest, Optional.empty());
    }

    /// @param digest of the snapshot that decided
    /// @param brake why what is enforced was let through all the same
    public static byte[] answer(ReviewRequest request, Decision decision, String digest, Optional<String> brake) {
        if (decision instanceof Decision.Wait wait) {
            return notNow(request.uid(), Wording.wait(wait), Wording.retryAfterSeconds(wait), json -> {
                warnings(json, wait.findings().stream().filter(f -> !f.waits()).toList());
                annotations(json, decision, digest, brake);
            });
        }
        return response(request.uid(), json -> {
            switch (decision) {
                case Decision.Allow(var _, var _, var notice) -> {
                    json.writeBooleanField("allowed", true);
                    if (notice.isPresent()) {
                        json.writeArrayFieldStart("warnings");
                        json.writeString(Wording.cut(notice.get(), Wording.MAX_WARNING_CHARS));
                        json.writeEndArray();
                    }
                }
                case Decision.Warn(var findings, var _) -> {
                    json.writeBooleanField("allowed", true);
                    warnings(json, findings);
                }
                case Decision.Wait _ -> throw new IllegalStateException("a wait is answered above");
                case Decision.Deny(var findings, var _) -> {
                    json.writeBooleanField("allowed", false);
                    var refusing = findings.stream().filter(Finding::refuses).toList();
                    status(json, request.subject(), request.targetKind(), refusing);
                    warnings(json, findings.stream().filter(f -> !f.refuses()).toList());
                }
            }
            annotations(json, decision, digest, brake);
        });
    }

    /// Neither yes nor no: the API server passes the delay on, and kubectl waits and asks again by itself.
    public static byte[] notNow(String uid, String message, int retryAfterSeconds) {
        return notNow(uid, message, retryAfterSeconds, _ -> {});
    }

    private static byte[] notNow(String uid, String message, int retryAfterSeconds, Body more) {
        return response(uid, json -> {
            json.writeBooleanField("allowed", false);
            json.writeObjectFieldStart("status");
            json.writeStringField("status", "Failure");
            json.writeStringField("message", message);
            json.writeStringField("reason", "TooManyRequests");
            json.writeNumberField("code", TOO_MANY_REQUESTS);
            json.writeObjectFieldStart("details");
            json.writeNumberField("retryAfterSeconds", retryAfterSeconds);
            json.writeEndObject();
            json.writeEndObject();
            more.write(json);
        });
    }

    @FunctionalInterface
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] response(String uid, Body body) {
        var out = new ByteArrayOutputStream(1024);
        try (var json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("kind", "AdmissionReview");
            json.writeStringField("apiVersion", "admission.k8s.io/v1");
            json.writeObjectFieldStart("response");
            json.writeStringField("uid", uid);
            body.write(json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing an answer in memory", e);
        }
        return out.toByteArray();
    }

    private static void status(JsonGenerator json, Subject subject, String kind, List<Finding> refusing)
            throws IOException {
        json.writeObjectFieldStart("status");
        json.writeStringField("status", "Failure");
        json.writeStringField("message", Wording.message(refusing));
        json.writeStringField("reason", "Invalid");
        json.writeNumberField("code", UNPROCESSABLE);
        json.writeObjectFieldStart("details");
        if (!subject.name().isEmpty()) {
            json.writeStringField("name", subject.name());
        }
        json.writeStringField("group", subject.group());
        json.writeStringField("kind", kind);
        json.writeArrayFieldStart("causes");
        for (var finding : refusing.subList(0, Math.min(refusing.size(), Wording.MAX_CAUSES))) {
            cause(json, finding);
        }
        if (refusing.size() > Wording.MAX_CAUSES) {
            json.writeStartObject();
            json.writeStringField("message", "gatehouse check lists them all");
            // kubectl writes field and message with a colon between, even where there is no field.
            json.writeStringField("field", Wording.more(refusing.size() - Wording.MAX_CAUSES));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void cause(JsonGenerator json, Finding finding) throws IOException {
        boolean missing = finding.breach().seen().equals(Breach.UNSET);
        json.writeStartObject();
        json.writeStringField("reason", missing ? "FieldValueRequired" : "FieldValueInvalid");
        json.writeStringField("message", Wording.cause(finding));
        json.writeStringField("field", finding.breach().field());
        json.writeEndObject();
    }

    private static void warnings(JsonGenerator json, List<Finding> findings) throws IOException {
        if (findings.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("warnings");
        for (var warning : Wording.warnings(findings)) {
            json.writeString(warning);
        }
        json.writeEndArray();
    }

    /// The API server puts the name of the webhook before each key.
    private static void annotations(JsonGenerator json, Decision decision, String digest, Optional<String> brake)
            throws IOException {
        json.writeObjectFieldStart("auditAnnotations");
        json.writeStringField("snapshot", digest);
        if (brake.isPresent()) {
            json.writeStringField("brake", Wording.cut(brake.get(), MAX_ANNOTATION_CHARS));
        }
        switch (decision) {
            case Decision.Allow(var reason, var _, var _) -> {
                json.writeStringField("decision", "allow");
                json.writeStringField("reason", reason);
            }
            case Decision.Warn(var findings, var _) -> {
                json.writeStringField("decision", "warn");
                json.writeStringField("findings", annotation(findings));
            }
            case Decision.Wait(var findings, var _) -> {
                json.writeStringField("decision", "wait");
                json.writeStringField("findings", annotation(findings));
            }
            case Decision.Deny(var findings, var _) -> {
                json.writeStringField("decision", "deny");
                json.writeStringField("findings", annotation(findings));
            }
        }
        if (!decision.exempted().isEmpty()) {
            json.writeStringField("exempted", annotation(decision.exempted(), ReviewWriter::exempted));
        }
        json.writeEndObject();
    }

    private static String annotation(List<Finding> findings) {
        return annotation(findings, ReviewWriter::fields);
    }

    @FunctionalInterface
    private interface Part<T> {
        void write(JsonGenerator json, T one) throws IOException;
    }

    /// As JSON, for whoever reads the audit log by program. What does not fit is counted in a last element.
    private static <T> String annotation(List<T> findings, Part<T> part) {
        var parts = new StringBuilder("[");
        int written = 0;
        for (var finding : findings) {
            var one = annotation(finding, part);
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

    private static <T> String annotation(T finding, Part<T> part) {
        var out = new StringWriter();
        try (var json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            part.write(json, finding);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing a finding in memory", e);
        }
        return out.toString();
    }

    /// A finding as every program reads it: the audit annotation and `gatehouse check --output json` alike.
    public static void fields(JsonGenerator json, Finding finding) throws IOException {
        var breach = finding.breach();
        if (!finding.id().isEmpty()) { // an image review tells of no object that could be named
            json.writeStringField("id", finding.id());
        }
        json.writeStringField("policy", finding.policy().toString());
        json.writeStringField("rule", breach.rule());
        json.writeStringField("mode", finding.mode().text());
        if (finding.enforcedFrom().isPresent()) {
            json.writeStringField("enforcedFrom", finding.enforcedFrom().get().toString());
        }
        json.writeStringField("field", breach.field());
        json.writeStringField("seen", breach.seen());
        json.writeStringField("wanted", breach.wanted());
        json.writeStringField("message", breach.fact());
        json.writeStringField("fix", breach.remedy());
        if (finding.since() == Finding.Since.BEFORE) {
            json.writeBooleanField("standing", true);
        }
    }

    /// What an exemption takes out, as every program reads it.
    public static void exempted(JsonGenerator json, Exempted exempted) throws IOException {
        var finding = exempted.finding();
        var by = exempted.by();
        json.writeStringField("id", finding.id());
        json.writeStringField("policy", finding.policy().toString());
        json.writeStringField("rule", finding.breach().rule());
        json.writeStringField("field", finding.breach().field());
        json.writeStringField("exemption", by.name().toString());
        json.writeStringField("owner", by.owner());
        json.writeStringField("expires", by.expires().toString());
    }
}
