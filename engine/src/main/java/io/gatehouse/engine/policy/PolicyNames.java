// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// No two policies share a name, whatever file they come from. Looks at names alone, so that it also speaks where a
/// policy has other faults.
final class PolicyNames {
    private PolicyNames() {}

    static List<Diagnostic> check(List<Node.Mapping> policies) {
        var problems = new ArrayList<Diagnostic>();
        var first = new HashMap<List<String>, Span>();
        for (var policy : policies) {
            var name = text(policy, "metadata", "name");
            if (name.isEmpty()) {
                continue; // said elsewhere
            }
            var key = List.of(
                    text(policy, "kind").map(Node.Text::value).orElse(""),
                    text(policy, "metadata", "namespace").map(Node.Text::value).orElse(""),
                    name.get().value());
            var earlier = first.putIfAbsent(key, name.get().span());
            if (earlier != null) {
                problems.add(twice(name.get(), earlier));
            }
        }
        return problems;
    }

    private static Diagnostic twice(Node.Text name, Span earlier) {
        return Code.DUPLICATE_POLICY.at(
                name.span(),
                "a policy " + Kinds.quoted(name) + " is already defined at "
                        + earlier.source().name() + ":" + earlier.line() + ":" + earlier.column());
    }

    private static Optional<Node.Text> text(Node.Mapping policy, String... path) {
        return Place.of(policy, path)
                .map(Place::node)
                .flatMap(node -> node instanceof Node.Text text ? Optional.of(text) : Optional.empty());
    }
}
