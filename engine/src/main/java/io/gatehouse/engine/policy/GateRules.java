// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.policy.Action;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules over audit events that some response denies: the gate asks them of each review. Immutable; any thread.
///
/// Every such rule is asked, also where the rules of a log are told of the first match only: which rule stands before
/// must not open the gate.
public final class GateRules {
    private final MatchPlan<JsonEvent> plan;
    private final Map<Rule, List<Response>> responses = new HashMap<>();
    private final Map<Rule, Formatter<JsonEvent>> formatters = new HashMap<>();

    /// A rule that a request satisfies, and who wants it refused.
    ///
    /// @param told the rule's output for this request
    public record Match(Rule rule, Response response, String told) {}

    GateRules(RuleSet rules, Responses all) {
        var readers = new JsonReaders(ZoneOffset.UTC, "");
        for (var rule : rules.rules()) {
            if (rule.enabled() && rule.source() == Source.K8S_AUDIT) {
                var denying = all.of(rule).stream()
                        .filter(response -> response.action() == Action.DENY)
                        .toList();
                if (!denying.isEmpty()) {
                    responses.put(rule, denying);
                    var format = rules.details().get(rule.name()).format().lenient();
                    formatters.put(rule, new Formatter<>(format, readers, Buffers.DOTS));
                }
            }
        }
        var asked = rules.rules().stream().filter(responses::containsKey).toList();
        plan = MatchPlan.compile(asked, Source.K8S_AUDIT, readers);
    }

    /// In the order of the rules files.
    public List<Rule> rules() {
        return plan.rules();
    }

    /// The rules that a request satisfies and that refuse it, or would in `enforce` mode, on a day (UTC).
    ///
    /// @param request as the audit log would tell it
    /// @param namespace absent for what belongs to none
    public List<Match> matches(JsonEvent request, Optional<String> namespace, LocalDate today) {
        if (plan.rules().isEmpty()) {
            return List.of();
        }
        var matches = new ArrayList<Match>();
        plan.matcher(RuleMatching.ALL)
                .match(
                        request,
                        0,
                        (rule, event) -> Responses.strongest(responses.get(rule), namespace, today)
                                .ifPresent(response -> matches.add(new Match(rule, response, told(rule, event)))));
        return matches;
    }

    private String told(Rule rule, JsonEvent event) {
        return formatters.get(rule).line(event).orElse(rule.name());
    }
}
