// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.ArrayList;
import java.util.List;

/// What an API server accepts and nobody wants.
final class AuditAdvice {
    /// What holds secrets: its body in a log is a secret in a log.
    private static final List<AuditRequest.Resource> SECRET = List.of(
            new AuditRequest.Resource("", "secrets", "", "default", ""),
            new AuditRequest.Resource("", "serviceaccounts", "token", "default", ""),
            new AuditRequest.Resource("authentication.k8s.io", "tokenreviews", "", "", ""));
    private static final String FIRST_STAGE = "RequestReceived";

    private final List<Diagnostic> found = new ArrayList<>();

    private AuditAdvice() {}

    static List<Diagnostic> of(AuditPolicy policy) {
        var advice = new AuditAdvice();
        advice.unreachable(policy.rules());
        advice.secrets(policy);
        advice.twice(policy.rules());
        return advice.found;
    }

    private void unreachable(List<AuditRule> rules) {
        for (int later = 1; later < rules.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (rules.get(earlier).holds(rules.get(later))) {
                    found.add(Code.AUDIT_NEVER_REACHED.at(
                            rules.get(later).span(),
                            "the rule in line " + rules.get(earlier).span().line()
                                    + " takes every request that this one covers"));
                    break;
                }
            }
        }
    }

    private void secrets(AuditPolicy policy) {
        for (var asked : SECRET) {
            var answer = policy.answer(new AuditRequest("", List.of(), "create", asked));
            if (answer.level().compareTo(AuditLevel.REQUEST) >= 0) {
                found.add(Code.AUDIT_SECRETS.at(
                        answer.rule().orElseThrow().span(),
                        "the contents of " + asked.combined() + " are written into the log by this rule"));
            }
        }
    }

    private void twice(List<AuditRule> rules) {
        rules.stream()
                .filter(rule ->
                        rule.level() != AuditLevel.NONE && !rule.omitStages().contains(FIRST_STAGE))
                .findFirst()
                .ifPresent(rule -> found.add(Code.AUDIT_TWICE.at(
                        rule.span(), "requests that this rule covers are written when they come and when they end")));
    }
}
