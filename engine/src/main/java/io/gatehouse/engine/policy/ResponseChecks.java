// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.RuleResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What no schema can say about one response: whether it asks something and, where the rules are known, whether it can
/// be kept for the rules it names.
final class ResponseChecks {
    /// As many rules as a message names.
    private static final int MAX_NAMED = 3;

    private final Draft.OfResponse draft;
    private final RuleResponse response;
    private final List<Rule> rules;
    private final List<Diagnostic> problems = new ArrayList<>();

    private ResponseChecks(Draft.OfResponse draft, List<Rule> rules) {
        this.draft = draft;
        this.response = draft.response();
        this.rules = rules;
    }

    /// @param rules empty where none are known, and then nothing is said of them
    static List<Diagnostic> check(Draft.OfResponse draft, Optional<RuleSet> rules) {
        var checks = new ResponseChecks(draft, rules.map(RuleSet::rules).orElse(List.of()));
        checks.somethingIsAsked();
        if (rules.isPresent()) {
            checks.namesExist();
            checks.canBeKept();
        }
        return checks.problems;
    }

    private void somethingIsAsked() {
        if (response.action() == Action.REPORT) {
            problems.add(Code.NO_EFFECT.at(
                    action(), "response '" + response.name() + "' asks nothing: a match is reported without it"));
        }
        if (response.host() && response.action() != Action.KILL) {
            problems.add(Code.NO_EFFECT.at(
                    Place.of(draft.document(), "spec", "host").orElseThrow().name(),
                    "'host' says whom 'kill' may end, and this response kills nobody"));
        }
    }

    private void namesExist() {
        var written = Place.of(draft.document(), "spec", "match", "rules").map(Place::node);
        if (written.isEmpty()) {
            return;
        }
        for (var item : ((Node.Sequence) written.get()).items()) {
            var name = ((Node.Text) item).value();
            if (rules.stream().noneMatch(rule -> Glob.matches(name, rule.name()))) {
                var meant =
                        Spelling.nearest(name, rules.stream().map(Rule::name).toList());
                problems.add(Code.NO_EFFECT.at(
                        item.span(),
                        "no rule that is loaded is called " + Kinds.quoted(name),
                        meant == null ? Code.NO_EFFECT.fix() : "did you mean '" + meant + "'?"));
            }
        }
    }

    private void canBeKept() {
        var named = rules.stream()
                .filter(rule -> Responses.matches(response.match(), rule.name(), rule.tags()))
                .toList();
        var weaker = named.stream()
                .filter(rule -> Response.of(response, rule.source(), Brakes.NONE)
                        .weaker()
                        .isPresent())
                .toList();
        if (named.isEmpty()) {
            if (!problems.isEmpty()) {
                return; // each name was told of
            }
            problems.add(Code.NO_EFFECT.at(action(), "no rule that is loaded is meant by this response"));
        } else if (weaker.size() == named.size()) {
            notPossible(action(), weaker);
        } else if (!weaker.isEmpty()) {
            problems.add(Code.RESPONSE_WEAKER.at(
                    action(),
                    "'" + response.action().text() + "' cannot be kept for " + weaker.size() + " of " + named.size()
                            + " rules, which are only reported: " + some(weaker),
                    why(weaker.getFirst()),
                    Code.RESPONSE_WEAKER.fix()));
        }
        if (response.action() == Action.DENY) {
            named.stream().filter(rule -> !weaker.contains(rule)).forEach(this::isKnownAtTheGate);
        }
    }

    private void notPossible(Span span, List<Rule> weaker) {
        problems.add(Code.RESPONSE_NOT_POSSIBLE.at(
                span,
                "'" + response.action().text() + "' cannot be done when " + some(weaker)
                        + (weaker.size() == 1 ? " matches" : " match"),
                why(weaker.getFirst()),
                Code.RESPONSE_NOT_POSSIBLE.fix()));
    }

    /// A rule may ask what comes with the answer; then it may never hold at the gate.
    private void isKnownAtTheGate(Rule rule) {
        var later = GateFacts.later(rule.condition());
        if (!later.isEmpty()) {
            problems.add(Code.RESPONSE_WEAKER.at(
                    action(),
                    "rule '" + rule.name() + "' asks for " + String.join(", ", later)
                            + ", and where it needs that it refuses nothing",
                    "a request is judged before it is answered",
                    "write a rule that asks for the request alone"));
        }
    }

    private String why(Rule rule) {
        return Response.of(response, rule.source(), Brakes.NONE).weaker().orElseThrow();
    }

    private static String some(List<Rule> rules) {
        var names = String.join(
                ", ",
                rules.stream()
                        .limit(MAX_NAMED)
                        .map(rule -> "'" + rule.name() + "'")
                        .toList());
        return rules.size() > MAX_NAMED ? names + " and " + (rules.size() - MAX_NAMED) + " more" : names;
    }

    private Span action() {
        return Place.of(draft.document(), "spec", "action").orElseThrow().name();
    }
}
