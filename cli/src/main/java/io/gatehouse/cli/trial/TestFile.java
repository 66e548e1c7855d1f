// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.schemas.policy.PolicySchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A `PolicyTest` document: rules, recorded events, and the alerts they must raise. Its JSON Schema for editors is
/// `PolicyTest.v1alpha1.json`.
///
/// @param rules files in the order in which they are loaded, relative to the test
/// @param matching whether one event raises the alerts of all rules or of the first
record TestFile(List<String> rules, Matching matching, List<Case> cases) {
    static final String KIND = "PolicyTest";

    enum Matching {
        FIRST,
        ALL
    }

    /// @param events a capture, an audit log or JSON lines, relative to the test
    /// @param alerts how often each rule must fire; a rule not named must not
    record Case(String name, String events, Map<String, Integer> alerts) {}

    /// What a text says, or all that is wrong with it.
    record Reading(Optional<TestFile> test, List<Diagnostic> problems) {}

    static Reading read(SourceText source) {
        return new Reader().read(source);
    }

    private static final class Reader {
        private final List<Diagnostic> problems = new ArrayList<>();

        Reading read(SourceText source) {
            var reading = YamlReader.read(source);
            problems.addAll(reading.diagnostics());
            Optional<TestFile> test = Optional.empty();
            if (problems.isEmpty() && reading.documents().size() != 1) {
                problems.add(Code.NOT_A_POLICY.at(
                        new Span(source, 1, 1, 1),
                        "a test file holds one document, this one "
                                + reading.documents().size()));
            } else if (problems.isEmpty()) {
                test = document(reading.documents().getFirst());
            }
            return new Reading(problems.isEmpty() ? test : Optional.empty(), List.copyOf(problems));
        }

        private Optional<TestFile> document(Node node) {
            var fields =
                    fields(node, "a test", List.of("apiVersion", "kind", "metadata", "rules", "matching", "cases"));
            exactly(fields, node, "apiVersion", PolicySchema.API_VERSION);
            exactly(fields, node, "kind", KIND);
            var rules = required(fields, node, "rules").map(this::texts).orElse(List.of());
            var matching = Optional.ofNullable(fields.get("matching"))
                    .map(this::matching)
                    .orElse(Matching.ALL);
            var cases = required(fields, node, "cases").map(this::cases).orElse(List.of());
            return problems.isEmpty() ? Optional.of(new TestFile(rules, matching, cases)) : Optional.empty();
        }

        private List<Case> cases(Node node) {
            var cases = new LinkedHashMap<String, Case>();
            for (var item : items(node)) {
                var fields = fields(item, "a case", List.of("name", "events", "alerts"));
                var name = required(fields, item, "name").map(this::text).orElse("");
                var events = required(fields, item, "events").map(this::text).orElse("");
                var alerts = required(fields, item, "alerts").map(this::counts).orElse(Map.of());
                if (cases.put(name, new Case(name, events, alerts)) != null) {
                    problems.add(Code.DUPLICATE_KEY.at(item.span(), "two cases are named '" + name + "'"));
                }
            }
            return List.copyOf(cases.values());
        }

        private Map<String, Integer> counts(Node node) {
            var counts = new LinkedHashMap<String, Integer>();
            if (!(node instanceof Node.Mapping mapping)) {
                problems.add(Code.WRONG_TYPE.at(node.span(), "'alerts' is no mapping of rule names to counts"));
                return counts;
            }
            for (var entry : mapping.entries()) {
                if (entry.value() instanceof Node.Number number
                        && number.literal().matches("[0-9]{1,9}")) {
                    counts.put(entry.key(), Integer.parseInt(number.literal()));
                } else {
                    problems.add(Code.WRONG_TYPE.at(
                            entry.value().span(), "the count of '" + entry.key() + "' is no whole number"));
                }
            }
            return counts;
        }

        private Matching matching(Node node) {
            var text = text(node);
            for (var each : Matching.values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return each;
                }
            }
            problems.add(Code.NOT_A_CHOICE.at(node.span(), "'matching' cannot be '" + text + "'; it is first or all"));
            return Matching.ALL;
        }

        private void exactly(Map<String, Node> fields, Node owner, String field, String wanted) {
            required(fields, owner, field).ifPresent(node -> {
                if (!text(node).equals(wanted)) {
                    problems.add(Code.NOT_A_CHOICE.at(node.span(), "'" + field + "' must be '" + wanted + "'"));
                }
            });
        }

        private Optional<Node> required(Map<String, Node> fields, Node owner, String field) {
            var node = Optional.ofNullable(fields.get(field));
            if (node.isEmpty()) {
                problems.add(Code.MISSING_FIELD.at(owner.span(), "'" + field + "' is missing"));
            }
            return node;
        }

        private Map<String, Node> fields(Node node, String what, List<String> known) {
            if (!(node instanceof Node.Mapping mapping)) {
                problems.add(Code.WRONG_TYPE.at(node.span(), what + " is a mapping"));
                return Map.of();
            }
            for (var entry : mapping.entries()) {
                if (!known.contains(entry.key())) {
                    problems.add(Code.UNKNOWN_FIELD.at(
                            entry.keySpan(),
                            "unknown field '" + entry.key() + "'",
                            what + " has only the fields " + String.join(", ", known),
                            "use one of these fields, or remove it"));
                }
            }
            return mapping.entries().stream()
                    .collect(Collectors.toMap(Node.Entry::key, Node.Entry::value, (a, _) -> a));
        }

        private List<String> texts(Node node) {
            return items(node).stream().map(this::text).toList();
        }

        private List<Node> items(Node node) {
            if (node instanceof Node.Sequence sequence && !sequence.items().isEmpty()) {
                return sequence.items();
            }
            problems.add(Code.WRONG_TYPE.at(node.span(), "a list with at least one item is wanted here"));
            return List.of();
        }

        private String text(Node node) {
            if (node instanceof Node.Text text && !text.value().isBlank()) {
                return text.value();
            }
            problems.add(Code.WRONG_TYPE.at(node.span(), "a text is wanted here"));
            return "";
        }
    }
}
