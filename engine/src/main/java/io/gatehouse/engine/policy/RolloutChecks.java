// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.schemas.policy.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a policy comes into force: what no schema can say about its modes and days.
final class RolloutChecks {
    private final Draft.OfPolicy draft;
    private final List<Diagnostic> problems = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    private RolloutChecks(Draft.OfPolicy draft) {
        this.draft = draft;
    }

    /// @param notices gets what is to be said from a day on
    static List<Diagnostic> check(Draft.OfPolicy draft, List<Notice> notices) {
        var checks = new RolloutChecks(draft);
        var spec = Shaped.section(draft.document(), "spec").orElseThrow();
        checks.promotion(spec, draft.policy().mode());
        checks.controls(spec);
        notices.addAll(checks.notices);
        return checks.problems;
    }

    /// The controls that a policy asks. At the gate they are called as the document writes them.
    static Set<String> asked(Draft.OfPolicy draft) {
        var asked = new LinkedHashSet<String>();
        Place.of(draft.document(), "spec", "admission").ifPresent(place -> walk("admission", place.node(), asked));
        draft.policy()
                .runtime()
                .ifPresent(section -> Planner.demands(section).stream()
                        .map(Demand::rule)
                        .forEach(rule -> asked.add(Controls.RUNTIME + rule)));
        return asked;
    }

    private static void walk(String path, Node node, Set<String> asked) {
        switch (node) {
            case Node.Mapping mapping ->
                mapping.entries().forEach(entry -> walk(path + "." + entry.key(), entry.value(), asked));
            case Node.Sequence sequence -> { // entries of a list go by their names: `admission.deny`
                asked.add(path);
                for (var item : sequence.items()) {
                    if (item instanceof Node.Mapping mapping) {
                        mapping.get("name")
                                .ifPresent(name ->
                                        asked.add(path + "." + (name instanceof Node.Text t ? t.value() : "")));
                    }
                }
            }
            default -> asked.add(path);
        }
    }

    private void promotion(Node.Mapping owner, Mode mode) {
        for (var entry : owner.entries()) {
            if (!entry.key().equals("enforceFrom")) {
                continue;
            }
            if (mode == Mode.ENFORCE) {
                problems.add(Code.NO_EFFECT.at(
                        entry.keySpan(),
                        "'enforceFrom' has no effect beside 'mode: enforce'",
                        "what is enforced already needs no day on which it begins",
                        "remove it, or write 'mode: audit'"));
            } else {
                var day = Shaped.day(owner, "enforceFrom").orElseThrow();
                notices.add(new Notice(
                        day,
                        Code.PROMOTED.at(
                                entry.keySpan(),
                                "policy '" + draft.policy().name() + "' says 'mode: audit', and is enforced since "
                                        + day)));
            }
        }
    }

    private void controls(Node.Mapping spec) {
        var asked = asked(draft);
        Map<String, Span> first = new HashMap<>();
        for (var entry : Shaped.sections(spec, "controls")) {
            promotion(entry, Shaped.mode(entry));
            for (var item : ((Node.Sequence) entry.get("names").orElseThrow()).items()) {
                var name = ((Node.Text) item).value();
                if (!Controls.standsForAny(name, asked)) {
                    problems.add(Code.MATCHES_NOTHING.at(
                            item.span(),
                            "policy '" + draft.policy().name() + "' asks no control '" + name + "'",
                            "a mode of what is not asked has no effect",
                            ExemptionChecks.fix(name, asked)));
                }
                var earlier = first.putIfAbsent(name, item.span());
                if (earlier != null) {
                    problems.add(Code.CONTROL_TWICE.at(
                            item.span(),
                            "control '" + name + "' has a mode of its own already, at line " + earlier.line()));
                }
            }
        }
    }
}
