// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.policy.RuleResponse;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What is done when rules match, beyond the alert. Immutable.
///
/// Whoever matches rules asks once a rule and snapshot, and keeps the answer; only [#strongest] is asked for a match.
public final class Responses {
    public static final Responses NONE = new Responses(List.of(), Brakes.NONE);

    /// Enforced before audited, then the stronger action, then as names stand.
    private static final Comparator<Response> STRONGEST_FIRST = Comparator.comparing(
                    (Response response) -> response.document().mode())
            .thenComparing(Response::action)
            .reversed()
            .thenComparing(response -> response.document().name().name());

    private final List<RuleResponse> all;
    private final Brakes brakes;

    Responses(List<RuleResponse> all, Brakes brakes) {
        this.all = List.copyOf(all);
        this.brakes = brakes;
    }

    /// The documents, in the order of their names.
    public List<RuleResponse> all() {
        return all;
    }

    public List<Response> of(Rule rule) {
        return of(rule.name(), rule.tags(), rule.source());
    }

    /// What the documents say to a rule, strongest first; expired ones too, since a snapshot knows no day.
    public List<Response> of(String rule, Collection<String> tags, Source source) {
        return all.stream()
                .filter(document -> matches(document.match(), rule, tags))
                .map(document -> Response.of(document, source, brakes))
                .sorted(STRONGEST_FIRST)
                .toList();
    }

    /// What holds for a match in a namespace on a day (UTC), in audit mode while a brake is pulled.
    /// Empty: the alert and nothing else.
    ///
    /// @param responses to the rule, as [#of] gives them
    /// @param namespace absent for what belongs to none, which no exemption covers
    public static Optional<Response> strongest(List<Response> responses, Optional<String> namespace, LocalDate today) {
        for (var response : responses) {
            if (response.holds(namespace, today)) {
                return Optional.of(response.on(today));
            }
        }
        return Optional.empty();
    }

    static boolean matches(RuleResponse.RuleMatch match, String rule, Collection<String> tags) {
        return (match.rules().isEmpty() || Glob.any(match.rules(), rule))
                && (match.tags().isEmpty() || match.tags().stream().anyMatch(tags::contains));
    }
}
