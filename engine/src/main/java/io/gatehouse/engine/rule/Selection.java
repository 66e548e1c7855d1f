// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

/// Switches rules on or off, whatever their files say. Selections work one after the other.
public record Selection(Change change, Target target) {
    public enum Change {
        ENABLE,
        DISABLE
    }

    public sealed interface Target {
        /// @param pattern `*` stands for any run of characters
        record Name(String pattern) implements Target {}

        record Tag(String tag) implements Target {}
    }

    boolean covers(RuleDraft rule) {
        return switch (target) {
            case Target.Name(var pattern) -> Wildcard.matches(pattern, rule.name);
            case Target.Tag(var tag) -> rule.tags.contains(tag);
        };
    }
}
