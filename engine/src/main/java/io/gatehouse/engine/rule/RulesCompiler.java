// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.rule.RuleSet.NamedList;
import io.gatehouse.engine.rule.RuleSet.NamedMacro;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Compiles rules files. Used once; the steps are the methods below, in this order.
public final class RulesCompiler {
    private final List<SourceText> files;
    private final RulesOptions options;
    private final Findings findings;
    private final Definitions definitions;

    private RulesCompiler(List<SourceText> files, RulesOptions options) {
        this.files = files;
        this.options = options;
        this.findings = new Findings(files);
        this.definitions = new Definitions(options);
    }

    /// @param files in the order in which later ones change what earlier ones define
    public static RulesCompilation compile(List<SourceText> files, RulesOptions options) {
        return new RulesCompiler(List.copyOf(files), options).run();
    }

    private RulesCompilation run() {
        files.forEach(file -> RulesReader.read(file, definitions, findings));
        if (!definitions.complete()) {
            return new RulesCompilation(Optional.empty(), findings.inOrder());
        }
        var expansion = new ListExpansion(definitions.lists, findings);
        var lists = expansion.expand();
        var macros = new MacroTable(definitions, findings);
        macros.build(lists);
        var maker = new RuleMaker(definitions, options, lists, macros, findings);
        var made = rules(maker);
        if (findings.hasErrors()) {
            return new RulesCompilation(Optional.empty(), findings.inOrder());
        }
        warnOfUnused(expansion, macros, maker);
        return new RulesCompilation(Optional.of(set(made)), findings.inOrder());
    }

    private List<RuleMaker.Made> rules(RuleMaker maker) {
        var made = new ArrayList<RuleMaker.Made>();
        for (var draft : definitions.rules.values()) {
            if (findings.enough()) {
                break;
            }
            maker.make(draft, made.size()).ifPresent(made::add);
        }
        return made;
    }

    private void warnOfUnused(ListExpansion expansion, MacroTable macros, RuleMaker maker) {
        for (var macro : definitions.macros.values()) {
            if (!macros.used().contains(macro.name)) {
                findings.report(
                        Code.UNUSED_MACRO,
                        macro.span,
                        "macro '" + Entry.shown(macro.name) + "' is not used",
                        macro.where);
            }
        }
        for (var list : definitions.lists.values()) {
            var name = list.name;
            if (!expansion.used().contains(name)
                    && !macros.listsUsed().contains(name)
                    && !maker.listsUsed().contains(name)) {
                findings.report(
                        Code.UNUSED_LIST, list.span, "list '" + Entry.shown(name) + "' is not used", list.where);
            }
        }
    }

    private RuleSet set(List<RuleMaker.Made> made) {
        var rules = made.stream().map(RuleMaker.Made::rule).toList();
        var details = new LinkedHashMap<String, RuleDetails>();
        made.forEach(one -> details.put(one.rule().name(), one.details()));
        return new RuleSet(
                RulesDigest.of(rules, details, options.matching()),
                options.matching(),
                rules,
                details,
                definitions.lists.values().stream()
                        .map(list -> new NamedList(
                                list.name,
                                list.items.stream().map(Node.Text::value).toList(),
                                list.span))
                        .toList(),
                definitions.macros.values().stream()
                        .map(macro -> new NamedMacro(
                                macro.name,
                                Scripts.joined(macro.condition, macro.span).text(),
                                macro.span))
                        .toList());
    }
}
