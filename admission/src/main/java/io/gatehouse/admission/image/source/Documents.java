// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the JSON that images and registries are described by. A key that stands twice is refused, so that nobody can
/// show one manifest to us and another to a runtime.
public final class Documents {
    private static final int DEPTH = 32;
    private static final int MAX_LISTED = 1000;

    private Documents() {}

    public static Node.Mapping read(String what, byte[] bytes, int maxBytes) throws ImageFailure {
        var reading = JsonReader.read(what, bytes, new JsonReader.Limits(maxBytes, DEPTH, maxBytes));
        if (!reading.diagnostics().isEmpty()) {
            throw malformed(what, reading.diagnostics().getFirst().message());
        }
        if (!(reading.documents().getFirst() instanceof Node.Mapping mapping)) {
            throw malformed(what, "is no JSON object");
        }
        return mapping;
    }

    static ImageFailure malformed(String what, String why) {
        return new ImageFailure(Kind.MALFORMED, "the " + what + " cannot be used: " + why);
    }

    public static Optional<String> text(Node.Mapping mapping, String key) {
        return mapping.get(key)
                .flatMap(node -> node instanceof Node.Text text ? Optional.of(text.value()) : Optional.empty());
    }

    public static Optional<Node.Mapping> mapping(Node.Mapping mapping, String key) {
        return mapping.get(key).flatMap(node -> node instanceof Node.Mapping m ? Optional.of(m) : Optional.empty());
    }

    public static Optional<Long> number(Node.Mapping mapping, String key) {
        return mapping.get(key)
                .flatMap(node ->
                        node instanceof Node.Number number && number.literal().matches("[0-9]{1,15}")
                                ? Optional.of(Long.parseLong(number.literal()))
                                : Optional.empty());
    }

    /// The objects of a list; empty where there is none.
    static List<Node.Mapping> mappings(String what, Node.Mapping mapping, String key) throws ImageFailure {
        var found = new ArrayList<Node.Mapping>();
        for (var item : items(what, mapping, key)) {
            if (!(item instanceof Node.Mapping one)) {
                throw malformed(what, key + " holds something else than objects");
            }
            found.add(one);
        }
        return found;
    }

    static List<String> texts(String what, Node.Mapping mapping, String key) throws ImageFailure {
        var found = new ArrayList<String>();
        for (var item : items(what, mapping, key)) {
            if (!(item instanceof Node.Text text)) {
                throw malformed(what, key + " holds something else than texts");
            }
            found.add(text.value());
        }
        return found;
    }

    private static List<Node> items(String what, Node.Mapping mapping, String key) throws ImageFailure {
        var list = mapping.get(key).filter(node -> !(node instanceof Node.Null));
        if (list.isEmpty()) {
            return List.of();
        }
        if (!(list.get() instanceof Node.Sequence sequence) || sequence.items().size() > MAX_LISTED) {
            throw malformed(what, key + " is no list of at most " + MAX_LISTED);
        }
        return sequence.items();
    }

    static Descriptor descriptor(String what, Node.Mapping node) throws ImageFailure {
        var digest = text(node, "digest").flatMap(Digest::parse);
        var size = number(node, "size");
        if (digest.isEmpty() || size.isEmpty()) {
            throw malformed(what, "it names something without a sha256 digest or a size");
        }
        return new Descriptor(text(node, "mediaType").orElse(""), digest.get(), size.get());
    }
}
