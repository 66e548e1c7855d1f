// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.rules;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.engine.rule.Selection;
import io.gatehouse.engine.rule.Selection.Change;
import io.gatehouse.engine.rule.Selection.Target;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Option;

/// Which rules are in force, as the command line says it.
public final class RuleOptions {
    @Option(
            names = "--select",
            paramLabel = "SELECTION",
            description = {
                "Switches rules on or off, in the order given; before what the files say.",
                "+NAME and -NAME by name ('*' stands for any run of characters), +#TAG and -#TAG by tag."
            })
    private List<String> selections = List.of();

    @Option(
            names = "--priority",
            paramLabel = "PRIORITY",
            description = "Leaves out rules that matter less: ${COMPLETION-CANDIDATES}.")
    private Priority priority;

    @Option(
            names = "--matching",
            paramLabel = "HOW",
            description = "Whether an event raises the first rule it satisfies (the default) or all:"
                    + " ${COMPLETION-CANDIDATES}.")
    private RuleMatching matching;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Only rules of these sources: ${COMPLETION-CANDIDATES}. Default is all.")
    private List<Source> sources = List.of();

    public RulesOptions rules() {
        return over(RulesOptions.DEFAULT);
    }

    /// What a configuration says, with what is given here in its place; selections go behind those configured.
    public RulesOptions over(RulesOptions configured) {
        var selected = new ArrayList<>(configured.selections());
        selected.addAll(parsed());
        return new RulesOptions(
                sources.isEmpty() ? configured.sources() : Set.copyOf(sources),
                priority == null ? configured.least() : priority,
                matching == null ? configured.matching() : matching,
                selected);
    }

    private List<Selection> parsed() {
        var parsed = new ArrayList<Selection>();
        for (var selection : selections) {
            if (!selection.matches("[+-]#?.+")) {
                throw Refusal.badInput(
                        "--select '" + selection + "' says neither + nor -; write +NAME, -NAME, +#TAG or -#TAG");
            }
            var change = selection.charAt(0) == '+' ? Change.ENABLE : Change.DISABLE;
            var target = selection.charAt(1) == '#'
                    ? new Target.Tag(selection.substring(2))
                    : new Target.Name(selection.substring(1));
            parsed.add(new Selection(change, target));
        }
        return parsed;
    }

    /// `k8s_audit`
    static String word(Source source) {
        return source.name().toLowerCase(Locale.ROOT);
    }
}
