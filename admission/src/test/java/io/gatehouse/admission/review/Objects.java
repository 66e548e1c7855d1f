// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import java.util.List;
import java.util.Optional;

/// Objects and requests from YAML.
final class Objects {
    private Objects() {}

    static Node.Mapping object(String yaml) {
        var reading = YamlReader.read(new SourceText("test.yaml", yaml));
        assertEquals(List.of(), reading.diagnostics());
        return (Node.Mapping) reading.documents().getFirst();
    }

    static ReviewRequest create(Node.Mapping object) {
        var apiVersion = Fields.text(object, "apiVersion").orElseThrow();
        int slash = apiVersion.indexOf('/');
        var namespace = Fields.mapping(object, "metadata").flatMap(m -> Fields.text(m, "namespace"));
        return new ReviewRequest(
                "705ab4f5-6393-11e8-b7cc-42010a800002",
                new Subject(
                        slash < 0 ? "" : apiVersion.substring(0, slash),
                        Fields.text(object, "kind").orElseThrow(),
                        namespace,
                        ReviewReader.nameOf(object)),
                "resource",
                Operation.CREATE,
                Optional.of(object),
                Optional.empty(),
                false,
                "jane");
    }

    static ReviewRequest update(ReviewRequest created, Node.Mapping before) {
        return new ReviewRequest(
                created.uid(),
                created.subject(),
                created.resource(),
                Operation.UPDATE,
                created.object(),
                Optional.of(before),
                created.dryRun(),
                created.user());
    }
}
