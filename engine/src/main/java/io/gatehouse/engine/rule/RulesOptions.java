// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.schemas.field.Field.Source;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What is asked of rules beside their files.
///
/// @param sources those whose events come; a rule of another is left out with a warning
/// @param least rules that matter less are never matched, whatever selects them
/// @param selections in order; they go before what the files say
public record RulesOptions(Set<Source> sources, Priority least, RuleMatching matching, List<Selection> selections) {
    /// Everything the files enable; one event raises one rule.
    public static final RulesOptions DEFAULT =
            new RulesOptions(EnumSet.allOf(Source.class), Priority.DEBUG, RuleMatching.FIRST, List.of());

    public RulesOptions {
        sources = Set.copyOf(sources);
        selections = List.copyOf(selections);
    }

    public RulesOptions withSources(Set<Source> others) {
        return new RulesOptions(others, least, matching, selections);
    }

    public RulesOptions withLeast(Priority other) {
        return new RulesOptions(sources, other, matching, selections);
    }

    public RulesOptions withMatching(RuleMatching other) {
        return new RulesOptions(sources, least, other, selections);
    }

    public RulesOptions withSelections(List<Selection> others) {
        return new RulesOptions(sources, least, matching, others);
    }

    boolean enables(RuleDraft rule) {
        boolean enabled = rule.enabled;
        for (var selection : selections) {
            if (selection.covers(rule)) {
                enabled = selection.change() == Selection.Change.ENABLE;
            }
        }
        return enabled && rule.priority.compareTo(least) <= 0;
    }
}
