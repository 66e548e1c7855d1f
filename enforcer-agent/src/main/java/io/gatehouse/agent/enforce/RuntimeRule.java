// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.RuntimeSection;
import java.util.Optional;

/// The rules of a policy's `runtime` section. Their order is wire format (`enum gh_rule`).
public enum RuntimeRule {
    PROCESS_ALLOW("processes.allow"),
    PROCESS_FROM_IMAGE("processes.fromImageOnly"),
    WRITE_ROOT("writes.rootFilesystem");

    private final String text;

    RuntimeRule(String text) {
        this.text = text;
    }

    /// As an alert names it.
    public String text() {
        return text;
    }

    /// What a section wants done about a breach of this rule; empty where it does not ask for the rule.
    public Optional<Action> asked(RuntimeSection section) {
        return switch (this) {
            case PROCESS_ALLOW ->
                section.processes().filter(p -> !p.allow().isEmpty()).map(RuntimeSection.Processes::action);
            case PROCESS_FROM_IMAGE ->
                section.processes()
                        .filter(RuntimeSection.Processes::fromImageOnly)
                        .map(RuntimeSection.Processes::action);
            case WRITE_ROOT ->
                section.writes()
                        .filter(RuntimeSection.Writes::denyRootFilesystem)
                        .map(RuntimeSection.Writes::action);
        };
    }
}
