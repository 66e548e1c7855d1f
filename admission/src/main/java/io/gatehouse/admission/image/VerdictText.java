// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.Documents;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;

/// A verdict as JSON: for programs, and to be read again by a later start.
public final class VerdictText {
    private static final int MAX_BYTES = 1024 * 1024;

    private VerdictText() {}

    public static String json(ImageVerdict verdict) {
        var out = new StringWriter();
        try (var json = new JsonFactory().createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeNumberField("inspector", Inspector.VERSION);
            json.writeStringField("image", verdict.image().text());
            json.writeBooleanField("distroless", verdict.distroless());
            json.writeNumberField("layers", verdict.layers());
            json.writeNumberField("bytes", verdict.bytes());
            json.writeNumberField("omitted", verdict.omitted());
            json.writeArrayFieldStart("evidence");
            for (var one : verdict.evidence()) {
                evidence(json, one);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing a verdict in memory", e);
        }
        return out.append('\n').toString();
    }

    private static void evidence(JsonGenerator json, Evidence evidence) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", evidence.kind().name());
        json.writeBooleanField("decides", evidence.kind().decides());
        json.writeStringField("path", evidence.path());
        json.writeNumberField("layer", evidence.layer());
        json.writeStringField("layerDigest", evidence.layerDigest().text());
        json.writeStringField("detail", evidence.detail());
        json.writeEndObject();
    }

    /// Empty for a text that is no verdict of this inspector: cut short, changed, or of another version.
    static Optional<ImageVerdict> read(String text) {
        try {
            var document = Documents.read("verdict", text.getBytes(StandardCharsets.UTF_8), MAX_BYTES);
            return Documents.number(document, "inspector")
                    .filter(version -> version == Inspector.VERSION)
                    .flatMap(_ -> verdict(document));
        } catch (ImageFailure _) {
            return Optional.empty();
        }
    }

    private static Optional<ImageVerdict> verdict(Node.Mapping document) {
        var image = Documents.text(document, "image").flatMap(Digest::parse);
        var layers = Documents.number(document, "layers");
        var bytes = Documents.number(document, "bytes");
        var omitted = Documents.number(document, "omitted");
        var distroless = document.get("distroless").orElse(null);
        if (image.isEmpty()
                || layers.isEmpty()
                || bytes.isEmpty()
                || omitted.isEmpty()
                || !(distroless instanceof Node.Bool(var clean, var _))
                || !(document.get("evidence").orElse(null) instanceof Node.Sequence list)) {
            return Optional.empty();
        }
        var evidence = new ArrayList<Evidence>();
        for (var item : list.items()) {
            var one = item instanceof Node.Mapping mapping ? evidence(mapping) : Optional.<Evidence>empty();
            if (one.isEmpty()) {
                return Optional.empty();
            }
            evidence.add(one.get());
        }
        return Optional.of(new ImageVerdict(
                image.get(),
                evidence,
                omitted.get().intValue(),
                !clean,
                layers.get().intValue(),
                bytes.get()));
    }

    private static Optional<Evidence> evidence(Node.Mapping one) {
        var kind = Documents.text(one, "kind").flatMap(VerdictText::kind);
        var path = Documents.text(one, "path");
        var layer = Documents.number(one, "layer");
        var digest = Documents.text(one, "layerDigest").flatMap(Digest::parse);
        var detail = Documents.text(one, "detail");
        return kind.isEmpty() || path.isEmpty() || layer.isEmpty() || digest.isEmpty() || detail.isEmpty()
                ? Optional.empty()
                : Optional.of(new Evidence(kind.get(), path.get(), layer.get().intValue(), digest.get(), detail.get()));
    }

    private static Optional<Evidence.Kind> kind(String name) {
        for (var kind : Evidence.Kind.values()) {
            if (kind.name().equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
