// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The table of every field of a pod's spec: who judges it, or why nobody needs to. The controls read the untyped tree
/// and do not need this; it is how a field that nobody thought of is found, in a test against the types of Kubernetes
/// and in manifests that are newer than both.
public final class PodFields {
    /// The type of a pod's spec.
    public static final String ROOT = "PodSpec";

    /// What becomes of one field.
    public sealed interface Judged {
        /// Its fields stand under another type of the table.
        record Below(String type) implements Judged {}

        /// @param controls below `admission`, as the policy writes them
        record By(List<String> controls) implements Judged {
            public By {
                controls = List.copyOf(controls);
            }
        }

        record NoEffect(String why) implements Judged {}

        /// Nor has anything that stands in it.
        record NoneInIt(String why) implements Judged {}
    }

    private static final String RESOURCE = "fields.txt";
    private static final Map<String, Map<String, Judged>> TABLE = read();

    private PodFields() {}

    /// Type to field to what becomes of it, in the order of the table.
    public static Map<String, Map<String, Judged>> table() {
        return TABLE;
    }

    /// A field that the table does not know.
    ///
    /// @param path in the object
    public record Unknown(String path, Node node) {}

    /// Fields of a pod that are newer than the table, in the order of the manifest.
    public static List<Unknown> unknown(Pod pod) {
        var unknown = new ArrayList<Unknown>();
        unknown(ROOT, pod.spec(), pod.path(), unknown);
        return unknown;
    }

    private static void unknown(String type, Node.Mapping mapping, String path, List<Unknown> unknown) {
        var known = TABLE.get(type);
        for (var entry : mapping.entries()) {
            var here = path + "." + entry.key();
            switch (known.get(entry.key())) {
                case null -> unknown.add(new Unknown(here, entry.value()));
                case Judged.Below(var below) -> {
                    switch (entry.value()) {
                        case Node.Mapping one -> unknown(below, one, here, unknown);
                        case Node.Sequence(var items, var _) -> {
                            for (int i = 0; i < items.size(); i++) {
                                if (items.get(i) instanceof Node.Mapping one) {
                                    unknown(below, one, here + "[" + i + "]", unknown);
                                }
                            }
                        }
                        default -> {} // null, or what no API server takes
                    }
                }
                case Judged.By _, Judged.NoEffect _, Judged.NoneInIt _ -> {}
            }
        }
    }

    private static Map<String, Map<String, Judged>> read() {
        var table = new LinkedHashMap<String, Map<String, Judged>>();
        Map<String, Judged> type = Map.of();
        for (var line : text().lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!line.startsWith(" ")) {
                type = new LinkedHashMap<>();
                table.put(line, type);
                continue;
            }
            int colon = line.indexOf(':');
            var judged = judged(line.substring(colon + 1).strip());
            for (var field : line.substring(0, colon).strip().split(", ")) {
                if (type.put(field, judged) != null) {
                    throw new IllegalStateException(RESOURCE + " has '" + field + "' twice in one type");
                }
            }
        }
        return table;
    }

    private static Judged judged(String text) {
        if (text.startsWith("> ")) {
            return new Judged.Below(text.substring(2));
        }
        if (text.startsWith("by ")) {
            return new Judged.By(List.of(text.substring(3).split(", ")));
        }
        if (text.startsWith("none: ")) {
            return new Judged.NoEffect(text.substring(6));
        }
        if (text.startsWith("whole: ")) {
            return new Judged.NoneInIt(text.substring(7));
        }
        throw new IllegalStateException(RESOURCE + " has '" + text + "'");
    }

    private static String text() {
        try (var in = PodFields.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
