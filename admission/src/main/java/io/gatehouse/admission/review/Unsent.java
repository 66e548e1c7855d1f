// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The request that would bring an object, where nobody has sent one: a manifest that is checked.
public final class Unsent {
    private static final Span NOWHERE = new Span(new SourceText("request", ""), 1, 1, 1);

    private Unsent() {}

    /// @param user empty where it is not known who would ask
    public static Node.Mapping request(
            Subject subject, Operation operation, Optional<Node.Mapping> object, String user) {
        var bearer = Bearer.of(subject.group(), subject.kind());
        var entries = new ArrayList<Node.Entry>();
        entries.add(text("uid", ""));
        entries.add(mapping(
                "resource",
                List.of(
                        text("group", subject.group()),
                        text("version", bearer.map(Bearer::version).orElse("v1")),
                        text(
                                "resource",
                                bearer.map(Bearer::resource).orElseGet(() -> Bearer.plural(subject.kind()))))));
        entries.add(text("operation", operation.name()));
        subject.namespace().ifPresent(namespace -> entries.add(text("namespace", namespace)));
        entries.add(text("name", subject.name()));
        if (!user.isEmpty()) {
            entries.add(mapping("userInfo", List.of(text("username", user))));
        }
        object.ifPresent(node -> entries.add(new Node.Entry("object", NOWHERE, node)));
        return new Node.Mapping(entries, object.map(Node::span).orElse(NOWHERE));
    }

    private static Node.Entry text(String key, String value) {
        return new Node.Entry(key, NOWHERE, new Node.Text(value, NOWHERE));
    }

    private static Node.Entry mapping(String key, List<Node.Entry> entries) {
        return new Node.Entry(key, NOWHERE, new Node.Mapping(entries, NOWHERE));
    }
}
