// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads fields of a document whose shape has been checked.
final class Shaped {
    private Shaped() {}

    static Optional<Node.Mapping> section(Node.Mapping owner, String field) {
        return owner.get(field).map(Node.Mapping.class::cast);
    }

    static List<Node.Mapping> sections(Node.Mapping owner, String field) {
        return items(owner, field).stream().map(Node.Mapping.class::cast).toList();
    }

    static Optional<String> text(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Text) node).value());
    }

    static List<String> texts(Node.Mapping owner, String field) {
        return items(owner, field).stream()
                .map(node -> ((Node.Text) node).value())
                .toList();
    }

    static boolean flag(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Bool) node).value()).orElse(false);
    }

    static Map<String, String> textMap(Node.Mapping mapping) {
        var map = new LinkedHashMap<String, String>();
        mapping.entries().forEach(e -> map.put(e.key(), ((Node.Text) e.value()).value()));
        return map;
    }

    static <E extends Enum<E>> E choice(Class<E> choices, Optional<String> written, E fallback) {
        return written.map(text -> Enum.valueOf(choices, text.toUpperCase(Locale.ROOT)))
                .orElse(fallback);
    }

    static Mode mode(Node.Mapping spec) {
        return choice(Mode.class, text(spec, "mode"), Mode.AUDIT);
    }

    static List<Exemption> exempt(Node.Mapping spec) {
        return sections(spec, "exempt").stream().map(Shaped::exemption).toList();
    }

    static Optional<LocalDate> expires(Node.Mapping owner) {
        return day(owner, "expires");
    }

    static Optional<LocalDate> day(Node.Mapping owner, String field) {
        return text(owner, field).map(LocalDate::parse);
    }

    static Match match(Node.Mapping match) {
        return new Match(
                texts(match, "namespaces"),
                section(match, "podSelector")
                        .flatMap(selector -> section(selector, "matchLabels"))
                        .map(Shaped::textMap)
                        .orElse(Map.of()),
                texts(match, "images"),
                texts(match, "containers"));
    }

    private static Exemption exemption(Node.Mapping exemption) {
        return new Exemption(
                texts(exemption, "namespaces"), text(exemption, "reason").orElseThrow(), expires(exemption));
    }

    private static List<Node> items(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Sequence) node).items()).orElse(List.of());
    }
}
