// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All rules of some files, compiled, and what they were made of. Immutable; any thread.
///
/// @param digest `sha256:` and 64 hex digits; equal digests raise the same alerts
/// @param rules by position, those that are switched off among them
/// @param details by the name of a rule
/// @param lists by their first definition
/// @param macros by their first definition
public record RuleSet(
        String digest,
        RuleMatching matching,
        List<Rule> rules,
        Map<String, RuleDetails> details,
        List<NamedList> lists,
        List<NamedMacro> macros) {
    public RuleSet {
        rules = List.copyOf(rules);
        details = Map.copyOf(details);
        lists = List.copyOf(lists);
        macros = List.copyOf(macros);
    }

    /// @param items as written
    public record NamedList(String name, List<String> items, Span span) {
        public NamedList {
            items = List.copyOf(items);
        }
    }

    /// @param condition as written
    public record NamedMacro(String name, String condition, Span span) {}

    public Optional<Rule> rule(String name) {
        return details.containsKey(name)
                ? rules.stream().filter(rule -> rule.name().equals(name)).findFirst()
                : Optional.empty();
    }
}
