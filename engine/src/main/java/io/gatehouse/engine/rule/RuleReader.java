// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads one entry that defines or changes a rule. Used once.
final class RuleReader {
    private static final Set<String> KEYS = Set.of(
            "rule",
            "condition",
            "output",
            "desc",
            "priority",
            "source",
            "enabled",
            "capture",
            "capture_duration",
            "warn_evttypes",
            "skip-if-unknown-filter",
            "tags",
            "exceptions",
            "override",
            "append");
    private static final String DEFAULT_SOURCE = "syscall";

    private final Entry entry;
    private final Definitions definitions;
    private String name;
    private String source;

    RuleReader(Entry entry, Definitions definitions) {
        this.entry = entry;
        this.definitions = definitions;
    }

    void read() {
        var known = DefinitionReader.name(entry, "rule");
        if (known.isEmpty()) {
            return;
        }
        name = known.get();
        source = entry.givenOrEmpty("source");
        boolean older = DefinitionReader.flagged(entry);
        var overrides = Overrides.of(entry, Overrides.OF_RULES_APPEND, Overrides.OF_RULES_REPLACE);
        if (older && !overrides.isEmpty()) {
            DefinitionReader.both(entry);
        } else if (!overrides.isEmpty()) {
            override(overrides);
        } else if (older) {
            appendOlder();
        } else if (onlySwitches()) {
            enable();
        } else {
            define();
        }
        entry.warnOfUnknownKeys(KEYS);
        if (entry.broken()) {
            definitions.breakName(name);
        }
    }

    private void override(Overrides overrides) {
        checkGiven(overrides.append(), "append");
        checkGiven(overrides.replace(), "replace");
        var append = change(overrides.append(), true);
        var replace = change(overrides.replace(), false);
        checkNamed(overrides);
        if (entry.broken()) {
            return;
        }
        if (!overrides.append().isEmpty()) {
            definitions.append(append, entry);
        }
        if (!overrides.replace().isEmpty()) {
            definitions.replace(replace, entry);
        }
    }

    private void checkGiven(Collection<String> keys, String operation) {
        for (var key : keys) {
            if (!entry.has(key)) {
                entry.wrong(
                        Code.OVERRIDE_WITHOUT_VALUE,
                        entry.keySpan("override"),
                        "'override' says to " + operation + " '" + key + "', which is not given",
                        entry.where());
            }
        }
    }

    private void checkNamed(Overrides overrides) {
        for (var given : entry.entries()) {
            var key = given.key();
            if (Overrides.OF_RULES_REPLACE.contains(key) && !overrides.named().contains(key)) {
                entry.wrong(
                        Code.VALUE_WITHOUT_OVERRIDE,
                        given.keySpan(),
                        "'" + key + "' is given and 'override' does not name it",
                        entry.where().in("overrides", key));
            }
        }
    }

    private RuleChange change(Collection<String> keys, boolean append) {
        var change = new RuleChange(name, entry.span(), entry.where(), keys.contains("condition") ? source : "");
        for (var key : keys) {
            if (!entry.has(key)) {
                continue; // told already
            }
            switch (key) {
                case "condition" -> change.condition = entry.required(key).map(entry::script);
                case "output" -> change.output = entry.required(key).map(entry::script);
                case "desc" -> change.description = entry.required(key).map(Node.Text::value);
                case "tags" -> change.tags = tags();
                case "exceptions" -> change.exceptions = Optional.of(ExceptionReader.read(entry, append));
                case "priority" -> change.priority = entry.priority();
                case "enabled" -> change.enabled = entry.flag(key);
                case "capture" -> change.capture = entry.flag(key);
                case "capture_duration" -> change.captureMillis = entry.number(key);
                case "warn_evttypes" -> change.warnsOfEventTypes = entry.flag(key);
                case "skip-if-unknown-filter" -> change.skipsUnknownFields = entry.flag(key);
                default -> throw new IllegalStateException("'" + key + "' cannot be overridden");
            }
        }
        return change;
    }

    private void appendOlder() {
        var change = new RuleChange(name, entry.span(), entry.where(), source);
        if (entry.has("condition")) {
            change.condition = entry.required("condition").map(entry::script);
        }
        if (entry.has("exceptions")) {
            change.exceptions = Optional.of(ExceptionReader.read(entry, true));
        }
        if (!entry.broken()) {
            definitions.append(change, entry);
        }
    }

    /// The oldest way to switch a rule.
    private boolean onlySwitches() {
        return !entry.has("condition") && !entry.has("output") && !entry.has("desc") && !entry.has("priority");
    }

    private void enable() {
        if (!entry.has("enabled")) {
            entry.required("condition");
            return;
        }
        var enabled = entry.flag("enabled");
        if (enabled.isEmpty()) {
            return;
        }
        entry.warn(
                Code.DEPRECATED,
                entry.keySpan("enabled"),
                "'enabled' alone is the older way to switch a rule",
                "add 'override: {enabled: replace}'",
                entry.where());
        definitions.enable(name, enabled.get(), entry);
    }

    private void define() {
        var condition = entry.required("condition");
        var output = entry.required("output");
        var description = entry.required("desc");
        var priority = entry.priority();
        var ownSource = entry.given("source").map(Node.Text::value).orElse(DEFAULT_SOURCE);
        var rule = new RuleDraft(name, entry.span(), entry.where(), ownSource, priority.orElse(Priority.DEBUG));
        condition.map(entry::script).ifPresent(rule.condition::add);
        output.map(entry::script).ifPresent(rule.output::add);
        description.map(Node.Text::value).ifPresent(rule.description::add);
        entry.flag("enabled").ifPresent(value -> rule.enabled = value);
        entry.flag("capture").ifPresent(value -> rule.capture = value);
        entry.number("capture_duration").ifPresent(value -> rule.captureMillis = value);
        entry.flag("warn_evttypes").ifPresent(value -> rule.warnsOfEventTypes = value);
        entry.flag("skip-if-unknown-filter").ifPresent(value -> rule.skipsUnknownFields = value);
        tags().ifPresent(rule.tags::addAll);
        ExceptionReader.read(entry, false).forEach(rule::add);
        if (entry.broken()) {
            definitions.check(rule, entry);
        } else {
            definitions.define(rule, entry);
        }
    }

    private Optional<List<String>> tags() {
        return entry.texts("tags")
                .map(tags -> List.copyOf(
                        new TreeSet<>(tags.stream().map(Node.Text::value).toList())));
    }
}
