// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// From the body of a request to what is asked. A body that is not wholly understood gives diagnostics and no request.
public final class ReviewReader {
    public sealed interface Outcome {
        record Read(ReviewRequest request) implements Outcome {}

        record Malformed(List<Diagnostic> diagnostics) implements Outcome {
            public Malformed {
                diagnostics = List.copyOf(diagnostics);
            }
        }
    }

    private static final String GROUP = "admission.k8s.io/";
    private static final String KIND = "AdmissionReview";
    private static final JsonFactory UID_FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();
    private static final int MAX_UID_CHARS = 256;

    private final List<Diagnostic> diagnostics = new ArrayList<>();

    private ReviewReader() {}

    public static Outcome read(byte[] body, JsonReader.Limits limits) {
        var reading = JsonReader.read("request", body, limits);
        return reading.diagnostics().isEmpty()
                ? read(reading.documents().getFirst())
                : new Outcome.Malformed(reading.diagnostics());
    }

    /// The uid alone, without reading further than it: where there is no time for more. Empty where it is not found.
    public static Optional<String> uid(byte[] body) {
        try (var json = UID_FACTORY.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            int depth = 1;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var key = json.currentName();
                var value = json.nextToken();
                if (depth == 1 && key.equals("request") && value == JsonToken.START_OBJECT) {
                    depth = 2;
                } else if (depth == 2 && key.equals("uid") && value == JsonToken.VALUE_STRING) {
                    return Optional.of(json.getText()).filter(uid -> uid.length() <= MAX_UID_CHARS);
                } else {
                    json.skipChildren();
                }
            }
            return Optional.empty();
        } catch (IOException _) { // not JSON: nothing to answer to
            return Optional.empty();
        }
    }

    /// Whether a document claims to be a review, of whatever version.
    public static boolean isReview(Node.Mapping document) {
        return Fields.text(document, "kind").equals(Optional.of(KIND))
                && Fields.text(document, "apiVersion").orElse("").startsWith(GROUP);
    }

    public static Outcome read(Node document) {
        var reader = new ReviewReader();
        return outcome(reader, reader.review(document));
    }

    /// The `request` alone, as some tools record it.
    static Outcome readRequest(Node.Mapping request) {
        var reader = new ReviewReader();
        return outcome(reader, reader.request(request));
    }

    private static Outcome outcome(ReviewReader reader, Optional<ReviewRequest> request) {
        return reader.diagnostics.isEmpty()
                ? new Outcome.Read(request.orElseThrow())
                : new Outcome.Malformed(reader.diagnostics);
    }

    private Optional<ReviewRequest> review(Node document) {
        if (!(document instanceof Node.Mapping review)) {
            return wrong(document, "the body is " + Fields.show(Optional.of(document)) + ", not a mapping");
        }
        is(review, "apiVersion", GROUP + "v1");
        is(review, "kind", KIND);
        return diagnostics.isEmpty() ? mapping(review, "request", "request").flatMap(this::request) : Optional.empty();
    }

    private Optional<ReviewRequest> request(Node.Mapping request) {
        var uid = text(request, "uid", "request.uid").orElse("");
        if (uid.length() > MAX_UID_CHARS) {
            wrong(request, "request.uid has " + uid.length() + " characters, at most " + MAX_UID_CHARS + " are read");
        }
        var kind = mapping(request, "kind", "request.kind");
        var group = kind.flatMap(k -> optionalText(k, "group", "request.kind.group"));
        var kindName = kind.flatMap(k -> text(k, "kind", "request.kind.kind"));
        var resource = mapping(request, "resource", "request.resource")
                .flatMap(r -> text(r, "resource", "request.resource.resource"));
        var subResource = optionalText(request, "subResource", "request.subResource");
        var namespace = optionalText(request, "namespace", "request.namespace").filter(n -> !n.isEmpty());
        var name = optionalText(request, "name", "request.name").filter(n -> !n.isEmpty());
        var operation = text(request, "operation", "request.operation").flatMap(word -> operation(request, word));
        var object = optionalMapping(request, "object", "request.object");
        var oldObject = optionalMapping(request, "oldObject", "request.oldObject");
        var dryRun = Fields.value(request, "dryRun");
        var user = optionalMapping(request, "userInfo", "request.userInfo")
                .flatMap(info -> optionalText(info, "username", "request.userInfo.username"));
        if (dryRun.isPresent() && !(dryRun.get() instanceof Node.Bool)) {
            wrong(dryRun.get(), "request.dryRun is " + Fields.show(dryRun) + ", not true or false");
        }
        if (object.isEmpty() && operation.filter(ReviewReader::bringsAnObject).isPresent()) {
            wrong(request, "request.object is missing for " + operation.get());
        }
        if (!diagnostics.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ReviewRequest(
                uid,
                new Subject(
                        group.orElse(""),
                        kindName.orElseThrow(),
                        namespace,
                        name.or(() -> object.map(ReviewReader::nameOf)).orElse(""),
                        object.flatMap(ReviewReader::generatedName)),
                resource.orElseThrow()
                        + subResource
                                .filter(s -> !s.isEmpty())
                                .map(s -> "/" + s)
                                .orElse(""),
                operation.orElseThrow(),
                object,
                oldObject,
                Fields.isTrue(dryRun),
                user.orElse(""),
                request));
    }

    /// The name an object gives itself; `generateName` and a star where it leaves the rest to the API server.
    public static String nameOf(Node.Mapping object) {
        var metadata = Fields.mapping(object, "metadata");
        return metadata.flatMap(m -> Fields.text(m, "name"))
                .filter(name -> !name.isEmpty())
                .or(() -> generatedName(object))
                .orElse("");
    }

    /// `generateName` and a star, where an object has one.
    public static Optional<String> generatedName(Node.Mapping object) {
        return Fields.mapping(object, "metadata")
                .flatMap(metadata -> Fields.text(metadata, "generateName"))
                .map(prefix -> prefix + "*");
    }

    private static boolean bringsAnObject(Operation operation) {
        return operation == Operation.CREATE || operation == Operation.UPDATE;
    }

    private Optional<Operation> operation(Node.Mapping request, String word) {
        for (var operation : Operation.values()) {
            if (operation.name().equals(word)) {
                return Optional.of(operation);
            }
        }
        return wrong(request, "request.operation is " + Fields.show(request.get("operation")) + ", which is unknown");
    }

    private void is(Node.Mapping review, String field, String wanted) {
        var seen = Fields.value(review, field);
        if (!Fields.text(review, field).equals(Optional.of(wanted))) {
            wrong(seen.orElse(review), field + " is " + Fields.show(seen) + ", not \"" + wanted + "\"");
        }
    }

    private Optional<Node.Mapping> mapping(Node.Mapping parent, String field, String path) {
        return Fields.value(parent, field).isEmpty()
                ? wrong(parent, path + " is missing")
                : optionalMapping(parent, field, path);
    }

    private Optional<Node.Mapping> optionalMapping(Node.Mapping parent, String field, String path) {
        var value = Fields.value(parent, field);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return value.get() instanceof Node.Mapping mapping
                ? Optional.of(mapping)
                : wrong(value.get(), path + " is " + Fields.show(value) + ", not a mapping");
    }

    private Optional<String> text(Node.Mapping parent, String field, String path) {
        var text = optionalText(parent, field, path);
        return Fields.value(parent, field).isEmpty()
                        || text.filter(String::isEmpty).isPresent()
                ? wrong(parent, path + " is missing")
                : text;
    }

    private Optional<String> optionalText(Node.Mapping parent, String field, String path) {
        var value = Fields.value(parent, field);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return value.get() instanceof Node.Text text
                ? Optional.of(text.value())
                : wrong(value.get(), path + " is " + Fields.show(value) + ", not a text");
    }

    private <T> Optional<T> wrong(Node at, String message) {
        diagnostics.add(Code.MALFORMED_REVIEW.at(at.span(), message));
        return Optional.empty();
    }
}
