// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.schemas.field.Field.Source;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All lists, macros and rules as the entries so far make them, by name, in the order of their first definition: a name
/// that is defined again keeps its place.
final class Definitions {
    /// Longer lists of names are not searched for one that was meant.
    private static final int MOST_GUESSED = 2000;

    final Map<String, ListDraft> lists = new LinkedHashMap<>();
    final Map<String, MacroDraft> macros = new LinkedHashMap<>();
    final Map<String, RuleDraft> rules = new LinkedHashMap<>();

    private final RulesOptions options;
    /// Names that an entry with an error was about: what is missing because of it is no error of its own.
    private final Set<String> broken = new HashSet<>();
    private boolean complete = true;
    private int next;
    private int file = -1;

    Definitions(RulesOptions options) {
        this.options = options;
    }

    void startFile() {
        file++;
    }

    /// Something could not be read at all, so nobody knows what it defines.
    void missAFile() {
        complete = false;
    }

    void breakName(String name) {
        broken.add(name);
    }

    /// Whether everything was read, so that a name that is not there is an error.
    boolean complete() {
        return complete;
    }

    boolean isBroken(String name) {
        return !complete || broken.contains(name);
    }

    /// The source of a rule, if its events come.
    Optional<Source> source(String name) {
        for (var source : options.sources()) {
            if (source.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    void define(ListDraft list) {
        lists.put(list.name, list);
        next++;
    }

    void append(ListDraft list, Entry entry) {
        var known = lists.get(list.name);
        if (known == null) {
            nothingToChange(entry, "list", list.name, lists.keySet());
            return;
        }
        known.items.addAll(list.items);
        next++;
    }

    void define(MacroDraft macro) {
        var known = macros.get(macro.name);
        macro.position = known == null ? next : known.position;
        macro.firstFile = known == null ? file : known.firstFile;
        macro.lastFile = file;
        macro.sees = next++;
        macros.put(macro.name, macro);
    }

    void append(MacroDraft macro, Entry entry) {
        var known = macros.get(macro.name);
        if (known == null) {
            nothingToChange(entry, "macro", macro.name, macros.keySet());
            return;
        }
        known.condition.addAll(macro.condition);
        known.lastFile = file;
        known.sees = next++;
    }

    void define(RuleDraft rule, Entry entry) {
        if (ofOtherSource(rule.name, rule.source, entry)) {
            return;
        }
        var source = source(rule.source);
        if (source.isEmpty()) {
            entry.warn(
                    Code.SKIPPED_SOURCE,
                    entry.has("source") ? entry.keySpan("source") : entry.span(),
                    "there is no source '" + Entry.shown(rule.source) + "', the rule is left out",
                    entry.where());
        }
        rule.exceptions().forEach(exception -> ExceptionCheck.check(exception, source, entry));
        rule.lastFile = file;
        next++;
        rules.put(rule.name, rule);
    }

    /// Looks at a rule that is not to be defined, for more that is wrong with it.
    void check(RuleDraft rule, Entry entry) {
        for (var exception : rule.exceptions()) {
            if (exception.fields.isPresent()) {
                ExceptionCheck.check(exception, source(rule.source), entry);
            }
        }
    }

    void append(RuleChange change, Entry entry) {
        var rule = changed(change, entry);
        if (rule.isEmpty()) {
            return;
        }
        if (change.isEmpty()) {
            nothingChanged(entry, "an appended rule needs a condition or exceptions");
            return;
        }
        change.append(rule.get());
        change.exceptions.ifPresent(
                added -> ExceptionCheck.append(added, rule.get(), source(rule.get().source), entry));
        touched(rule.get());
    }

    void replace(RuleChange change, Entry entry) {
        var rule = changed(change, entry);
        if (rule.isEmpty()) {
            return;
        }
        if (change.isEmpty()) {
            nothingChanged(entry, "the entry replaces nothing");
            return;
        }
        change.exceptions.ifPresent(others ->
                others.forEach(exception -> ExceptionCheck.check(exception, source(rule.get().source), entry)));
        change.replace(rule.get());
        touched(rule.get());
    }

    void enable(String name, boolean enabled, Entry entry) {
        var rule = rules.get(name);
        if (rule == null) {
            nothingToChange(entry, "rule", name, rules.keySet());
            return;
        }
        rule.enabled = enabled;
    }

    private void touched(RuleDraft rule) {
        rule.lastFile = file;
        next++;
    }

    private Optional<RuleDraft> changed(RuleChange change, Entry entry) {
        if (ofOtherSource(change.name, change.source, entry)) {
            return Optional.empty();
        }
        var rule = rules.get(change.name);
        if (rule == null) {
            nothingToChange(entry, "rule", change.name, rules.keySet());
        }
        return Optional.ofNullable(rule);
    }

    private boolean ofOtherSource(String name, String source, Entry entry) {
        var known = rules.get(name);
        if (known == null || source.isEmpty() || known.source.equals(source)) {
            return false;
        }
        entry.wrong(
                Code.RULE_OF_OTHER_SOURCE,
                entry.has("source") ? entry.keySpan("source") : entry.span(),
                "rule '" + Entry.shown(name) + "' is of source '" + Entry.shown(known.source) + "', not '"
                        + Entry.shown(source) + "'",
                entry.where());
        return true;
    }

    private void nothingToChange(Entry entry, String kind, String name, Collection<String> known) {
        if (isBroken(name)) {
            entry.breaks();
            return;
        }
        var meant = known.size() > MOST_GUESSED ? null : Spelling.nearest(name, known);
        entry.wrong(
                Code.NOTHING_TO_CHANGE,
                entry.span(),
                kind + " '" + Entry.shown(name) + "' is changed here and was not defined before",
                meant == null ? Code.NOTHING_TO_CHANGE.fix() : "did you mean '" + meant + "'?",
                entry.where());
        breakName(name);
    }

    private static void nothingChanged(Entry entry, String message) {
        entry.wrong(Code.CHANGE_OF_NOTHING, entry.span(), message, entry.where());
    }
}
