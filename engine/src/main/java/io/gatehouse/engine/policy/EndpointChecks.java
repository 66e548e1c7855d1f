// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;

/// Whether every endpoint of a policy can be read and can match, whatever else is wrong with the document: the schema
/// knows its characters and no more.
final class EndpointChecks {
    private static final List<String> WAYS = List.of("connect", "bind", "listen");
    private static final List<String> LISTS = List.of("allow", "forbid");

    private EndpointChecks() {}

    static List<Diagnostic> check(Node.Mapping document) {
        var problems = new ArrayList<Diagnostic>();
        for (var way : WAYS) {
            for (var list : LISTS) {
                Place.of(document, "spec", "runtime", "network", way, list)
                        .filter(place -> place.node() instanceof Node.Sequence)
                        .map(place -> ((Node.Sequence) place.node()).items())
                        .orElse(List.of())
                        .forEach(item -> check(way, item, problems));
            }
        }
        return problems;
    }

    static boolean refuses(Node item) {
        return item instanceof Node.Text text && EndpointText.read(text.value()) instanceof EndpointText.Outcome.Wrong;
    }

    private static void check(String way, Node item, List<Diagnostic> problems) {
        if (!(item instanceof Node.Text text)) {
            return; // the schema says so
        }
        switch (EndpointText.read(text.value())) {
            case EndpointText.Outcome.Wrong wrong -> problems.add(wrong.at(item.span()));
            case EndpointText.Outcome.Read(var endpoint) -> {
                if (way.equals("connect") && endpoint.lastPort() == 0) {
                    problems.add(Code.MATCHES_NOTHING.at(
                            item.span(),
                            Kinds.quoted(text) + " names port 0, at which nobody can be reached",
                            "name the port of the other end, or leave it out"));
                }
            }
        }
    }
}
