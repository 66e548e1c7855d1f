// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.match.PlanDraft.StepDraft;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// A plan in words: its steps, then what is asked of each rule that they leave open.
///
/// ```
/// evt.is_open_write decides for 21 of 34 rules
/// fd.name, fd.directory lead to 4 of 34 rules
/// rest of Clear Log Activities: evt.arg.flags contains
/// ```
final class Outline {
    private Outline() {}

    static List<String> of(Draft<?> draft, PlanDraft plan) {
        var lines = new ArrayList<String>();
        for (var step : plan.steps) {
            lines.add(
                    switch (step) {
                        case StepDraft.Single(var question) ->
                            "%s decides for %d of %d rules"
                                    .formatted(
                                            text(question),
                                            plan.singles.get(question).size(),
                                            plan.rules());
                        case StepDraft.Keys(var group) ->
                            "%s lead to %d of %d rules"
                                    .formatted(
                                            texts(group.found().keySet()),
                                            group.chances().size(),
                                            plan.rules());
                    });
        }
        for (int rule = 0; rule < plan.rules(); rule++) {
            var parts = plan.parts.get(rule);
            if (!parts.isEmpty()) {
                lines.add("rest of %s: %s"
                        .formatted(
                                draft.rules
                                        .get(plan.candidates.get(rule).rule())
                                        .name(),
                                parts.stream().map(Outline::text).collect(Collectors.joining(" and "))));
            }
        }
        return List.copyOf(lines);
    }

    private static String texts(Collection<Question> questions) {
        return questions.stream().map(Outline::text).collect(Collectors.joining(", "));
    }

    private static String text(Question question) {
        return switch (question) {
            case Question.OfNumber(var subject) -> CheckText.of(subject);
            case Question.OfText(var subject) -> CheckText.of(subject);
            case Question.OfEnd(var subject) -> "the end of " + CheckText.of(subject);
            case Question.OfParts(var subject, var _) -> "parts of " + CheckText.of(subject);
            case Question.OfTerm(var term) -> text(term);
        };
    }

    private static String text(Term term) {
        return switch (term) {
            case Term.Fixed fixed -> fixed == Term.Fixed.TRUE ? "true" : "false";
            case Leaf leaf -> text(leaf.check);
            case Not not -> "not " + text(not.term);
            case All all -> joined(all, " and ");
            case Any any -> joined(any, " or ");
        };
    }

    private static String joined(Term.Several several, String word) {
        return several.terms.stream().map(Outline::text).distinct().collect(Collectors.joining(word, "(", ")"));
    }

    /// Without what it is compared with, which may be a list of hundreds.
    private static String text(Check check) {
        return CheckText.of(check.subject()) + " " + check.operator().word();
    }
}
