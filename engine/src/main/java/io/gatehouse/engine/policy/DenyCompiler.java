// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.MacroResolver;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.condition.Typer;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.SharedConditions;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import io.gatehouse.schemas.policy.AdmissionSection.Deny;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Compiles the conditions of `admission.deny`, for all policies of a snapshot. One thread.
final class DenyCompiler {
    /// Shared by all policies: what one of them found out about a request costs the next nothing.
    private final SharedConditions<JsonEvent> conditions = new SharedConditions<>(new JsonReaders(ZoneOffset.UTC, ""));
    private final Map<SourceText, Lines> lines = new IdentityHashMap<>();
    private final List<Diagnostic> problems = new ArrayList<>();

    List<Diagnostic> problems() {
        return problems;
    }

    /// Those that have no error.
    List<Denial> compile(Draft.OfPolicy draft) {
        var compiled = new ArrayList<Denial>();
        var places = new HashMap<String, Node>();
        int index = 0;
        for (var deny : asked(draft.policy())) {
            var entry = (Node.Mapping) items(draft.document()).get(index++);
            unique(places, (Node.Text) entry.get("name").orElseThrow());
            var when = (Node.Text) entry.get("when").orElseThrow();
            var text = lines.computeIfAbsent(when.span().source(), Lines::new);
            compile(deny, Script.of(when, text)).ifPresent(compiled::add);
        }
        return compiled;
    }

    /// Of a policy that stands in no text.
    ///
    /// @throws IllegalArgumentException a condition is wrong
    List<Denial> compile(WorkloadPolicy policy) {
        var compiled = new ArrayList<Denial>();
        for (var deny : asked(policy)) {
            compile(deny, Script.of(new SourceText(deny.name(), deny.when()))).ifPresent(compiled::add);
        }
        if (compiled.size() < asked(policy).size()) {
            throw new IllegalArgumentException("conditions of " + policy.name() + ": " + problems);
        }
        return compiled;
    }

    private static List<Deny> asked(WorkloadPolicy policy) {
        return policy.admission().map(section -> section.deny()).orElse(List.of());
    }

    private static List<Node> items(Node.Mapping document) {
        return ((Node.Sequence) Place.of(document, "spec", "admission", "deny")
                        .orElseThrow()
                        .node())
                .items();
    }

    private void unique(Map<String, Node> places, Node.Text name) {
        var earlier = places.putIfAbsent(name.value(), name);
        if (earlier != null) {
            problems.add(Code.DUPLICATE_CONDITION.at(
                    name.span(),
                    "a condition " + Kinds.quoted(name) + " stands in this policy already, in line "
                            + earlier.span().line()));
        }
    }

    private Optional<Denial> compile(Deny deny, Script script) {
        var parsed = ConditionParser.parse(script, Lists.NONE);
        problems.addAll(parsed.diagnostics());
        if (parsed.expression().isEmpty()) {
            return Optional.empty();
        }
        var resolved = new MacroResolver(Map.of()).resolve(parsed.expression().get());
        problems.addAll(resolved.diagnostics());
        if (resolved.expression().isEmpty()) {
            return Optional.empty();
        }
        var typed = new Typer(FieldCatalogue.current(), Source.K8S_AUDIT)
                .type(resolved.expression().get());
        problems.addAll(typed.diagnostics());
        return typed.condition().flatMap(condition -> atTheGate(deny, condition));
    }

    private Optional<Denial> atTheGate(Deny deny, Condition condition) {
        var facts = GateFacts.of(condition);
        problems.addAll(facts.diagnostics());
        boolean fails = facts.diagnostics().stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
        return fails
                ? Optional.empty()
                : Optional.of(
                        new Denial(deny.name(), deny.when(), deny.message(), facts.scope(), conditions.add(condition)));
    }
}
