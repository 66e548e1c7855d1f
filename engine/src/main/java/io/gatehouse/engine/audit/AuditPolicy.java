// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// An audit policy as the API server understands it. Immutable.
public record AuditPolicy(List<AuditRule> rules) {
    /// The stages that an event is written at.
    public static final List<String> STAGES =
            List.of("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic");

    public AuditPolicy {
        rules = List.copyOf(rules);
    }

    /// @param policy absent where the API server would refuse the file
    /// @param diagnostics in the order of the text
    public record Reading(Optional<AuditPolicy> policy, List<Diagnostic> diagnostics) {
        public Reading {
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /// What is wrong with it, and what is unwise in it, all at once.
    public static Reading read(SourceText file) {
        var reader = new AuditPolicyReader(file);
        var policy = reader.read();
        boolean wrong = reader.diagnostics().stream().anyMatch(found -> found.severity() == Severity.ERROR);
        if (wrong || policy.isEmpty()) {
            return new Reading(Optional.empty(), inOrder(reader.diagnostics()));
        }
        var found = new ArrayList<>(reader.diagnostics());
        found.addAll(AuditAdvice.of(policy.get()));
        return new Reading(policy, inOrder(found));
    }

    private static List<Diagnostic> inOrder(List<Diagnostic> found) {
        return found.stream()
                .sorted(Comparator.comparingInt((Diagnostic each) -> each.span().line())
                        .thenComparingInt(each -> each.span().column()))
                .toList();
    }

    /// @param rule the first that covers the request; absent where none does, and nothing is written
    public record Answer(AuditLevel level, Optional<AuditRule> rule) {}

    public Answer answer(AuditRequest request) {
        return rules.stream()
                .filter(rule -> rule.covers(request))
                .findFirst()
                .map(rule -> new Answer(rule.level(), Optional.of(rule)))
                .orElse(new Answer(AuditLevel.NONE, Optional.empty()));
    }
}
