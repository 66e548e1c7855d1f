// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.imagepolicy;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The images of one pod, as the API server asks about them.
///
/// @param sent the whole document
/// @param breakGlass why the author of the pod wants its images in whatever is found in them; a policy says whether
///     that counts
public record ImageReview(
        Node.Mapping sent, Optional<String> namespace, List<Image> images, Optional<String> breakGlass) {
    public static final String API_VERSION = "imagepolicy.k8s.io/v1alpha1";
    public static final String KIND = "ImageReview";
    /// The API server hands on those annotations of a pod alone of which the key holds `.image-policy.k8s.io/`.
    public static final String BREAK_GLASS = "gatehouse.image-policy.k8s.io/break-glass";

    private static final int MAX_IMAGES = 1000;

    public ImageReview {
        images = List.copyOf(images);
    }

    /// @param path in the document
    public record Image(String path, Node.Mapping node, String reference) {}

    public sealed interface Outcome {
        record Read(ImageReview review) implements Outcome {}

        record Malformed(List<Diagnostic> diagnostics) implements Outcome {
            public Malformed {
                diagnostics = List.copyOf(diagnostics);
            }
        }
    }

    public static Outcome read(byte[] body, JsonReader.Limits limits) {
        var reading = JsonReader.read("request", body, limits);
        if (!reading.diagnostics().isEmpty()) {
            return new Outcome.Malformed(reading.diagnostics());
        }
        var reader = new Reader();
        var review = reader.review(reading.documents().getFirst());
        return reader.diagnostics.isEmpty()
                ? new Outcome.Read(review.orElseThrow())
                : new Outcome.Malformed(reader.diagnostics);
    }

    private static final class Reader {
        private final List<Diagnostic> diagnostics = new ArrayList<>();

        Optional<ImageReview> review(Node document) {
            if (!(document instanceof Node.Mapping review)) {
                return wrong(document, "the body is " + Fields.show(Optional.of(document)) + ", not a mapping");
            }
            is(review, "apiVersion", API_VERSION);
            is(review, "kind", KIND);
            var spec = diagnostics.isEmpty() ? mapping(review, "spec") : Optional.<Node.Mapping>empty();
            if (spec.isEmpty()) {
                return diagnostics.isEmpty() ? wrong(review, "spec is missing") : Optional.empty();
            }
            var namespace = text(spec.get(), "namespace", "spec.namespace").filter(name -> !name.isEmpty());
            var images = images(spec.get());
            var breakGlass = mapping(spec.get(), "annotations")
                    .flatMap(annotations -> text(annotations, BREAK_GLASS, "spec.annotations." + BREAK_GLASS))
                    .map(String::strip)
                    .filter(reason -> !reason.isEmpty());
            return Optional.of(new ImageReview(review, namespace, images, breakGlass));
        }

        private List<Image> images(Node.Mapping spec) {
            var containers = Fields.value(spec, "containers");
            if (containers.isEmpty()) {
                return List.of();
            }
            if (!(containers.get() instanceof Node.Sequence(var items, var _))) {
                wrong(containers.get(), "spec.containers is " + Fields.show(containers) + ", not a list");
                return List.of();
            }
            if (items.size() > MAX_IMAGES) {
                wrong(
                        containers.get(),
                        "spec.containers has " + items.size() + " items, at most " + MAX_IMAGES + " are read");
                return List.of();
            }
            var images = new ArrayList<Image>(items.size());
            for (int i = 0; i < items.size(); i++) {
                var path = "spec.containers[" + i + "]";
                if (items.get(i) instanceof Node.Mapping item) {
                    images.add(new Image(
                            path, item, text(item, "image", path + ".image").orElse("")));
                } else {
                    wrong(items.get(i), path + " is " + Fields.show(Optional.of(items.get(i))) + ", not a mapping");
                }
            }
            return images;
        }

        private void is(Node.Mapping review, String field, String wanted) {
            var seen = Fields.value(review, field);
            if (!Fields.text(review, field).equals(Optional.of(wanted))) {
                wrong(seen.orElse(review), field + " is " + Fields.show(seen) + ", not \"" + wanted + "\"");
            }
        }

        private Optional<Node.Mapping> mapping(Node.Mapping parent, String field) {
            var value = Fields.value(parent, field);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            return value.get() instanceof Node.Mapping mapping
                    ? Optional.of(mapping)
                    : wrong(value.get(), field + " is " + Fields.show(value) + ", not a mapping");
        }

        private Optional<String> text(Node.Mapping parent, String field, String path) {
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
}
