// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Reading;
import io.gatehouse.engine.document.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Objects of a cluster, as they were dumped.
///
/// @param examined kinds of which all objects are here, also where there is none
/// @param problems texts and documents that are no objects
public record ClusterObjects(List<Found> all, Set<String> examined, List<Diagnostic> problems) {
    public ClusterObjects {
        all = List.copyOf(all);
        examined = Set.copyOf(examined);
        problems = List.copyOf(problems);
    }

    /// @param namespace empty for what belongs to none
    public record Found(String group, String kind, String namespace, String name, Node.Mapping object) {
        Optional<Node.Mapping> spec() {
            return Fields.mapping(object, "spec");
        }
    }

    /// From YAML or JSON, single objects and lists of them. What is examined are the kinds that occur.
    public static ClusterObjects read(List<SourceText> texts) {
        var reader = new Reader();
        for (var text : texts) {
            Reading reading = YamlReader.read(text); // JSON is YAML
            reader.problems.addAll(reading.diagnostics());
            reading.documents().forEach(document -> reader.take(document, Optional.empty()));
        }
        var kinds = new TreeSet<String>();
        reader.found.forEach(found -> kinds.add(found.kind()));
        return new ClusterObjects(reader.found, kinds, reader.problems);
    }

    /// The same, where whoever asked knows of which kinds all are here.
    public ClusterObjects examined(Set<String> kinds) {
        return new ClusterObjects(all, kinds, problems);
    }

    List<Found> of(String kind) {
        return all.stream().filter(found -> found.kind().equals(kind)).toList();
    }

    boolean knows(String kind) {
        return examined.contains(kind);
    }

    private static final class Reader {
        private static final String LIST = "List";

        private final List<Found> found = new ArrayList<>();
        private final List<Diagnostic> problems = new ArrayList<>();

        /// @param listed kind and apiVersion of the list it stands in, for items that do not say theirs
        private void take(Node node, Optional<String[]> listed) {
            if (!(node instanceof Node.Mapping object)) {
                problems.add(Code.NO_OBJECT.at(node.span(), "a document is no object"));
                return;
            }
            var kind = Fields.text(object, "kind").or(() -> listed.map(type -> type[0]));
            var apiVersion = Fields.text(object, "apiVersion").or(() -> listed.map(type -> type[1]));
            if (kind.isEmpty() || apiVersion.isEmpty()) {
                problems.add(Code.NO_OBJECT.at(object.span(), "an object has no apiVersion or no kind"));
                return;
            }
            if (kind.get().endsWith(LIST)
                    && Fields.value(object, "items").orElse(null) instanceof Node.Sequence items) {
                var item = kind.get().substring(0, kind.get().length() - LIST.length());
                Optional<String[]> type =
                        item.isEmpty() ? Optional.empty() : Optional.of(new String[] {item, apiVersion.get()});
                items.items().forEach(one -> take(one, type));
                return;
            }
            var metadata = Fields.mapping(object, "metadata");
            int slash = apiVersion.get().indexOf('/');
            found.add(new Found(
                    slash < 0 ? "" : apiVersion.get().substring(0, slash),
                    kind.get(),
                    metadata.flatMap(m -> Fields.text(m, "namespace")).orElse(""),
                    metadata.flatMap(m -> Fields.text(m, "name")).orElse(""),
                    object));
        }
    }
}
