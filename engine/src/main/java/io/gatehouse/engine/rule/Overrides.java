// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.LinkedHashSet;
import java.util.Set;

/// What `override` says of an entry: which keys are appended, and which replaced.
///
/// @param named all keys it names, also those it says something impossible of
record Overrides(Set<String> append, Set<String> replace, Set<String> named) {
    static final Set<String> OF_RULES_APPEND = Set.of("condition", "output", "desc", "tags", "exceptions");
    static final Set<String> OF_RULES_REPLACE = Set.of(
            "condition",
            "output",
            "desc",
            "priority",
            "capture",
            "capture_duration",
            "tags",
            "exceptions",
            "enabled",
            "warn_evttypes",
            "skip-if-unknown-filter");

    boolean isEmpty() {
        return named.isEmpty();
    }

    static Overrides of(Entry entry, Set<String> appendable, Set<String> replaceable) {
        var append = new LinkedHashSet<String>();
        var replace = new LinkedHashSet<String>();
        var named = new LinkedHashSet<String>();
        var value = entry.value("override");
        if (value.isPresent() && !(value.get() instanceof Node.Null)) {
            if (value.get() instanceof Node.Mapping(var entries, var _)) {
                for (var override : entries) {
                    named.add(override.key());
                    read(entry, override, appendable, replaceable, append, replace);
                }
            } else {
                entry.wrongType(
                        "'override'",
                        "a mapping",
                        value.get(),
                        entry.keySpan("override"),
                        entry.where().in("overrides"));
            }
        }
        return new Overrides(append, replace, named);
    }

    private static void read(
            Entry entry,
            Node.Entry override,
            Set<String> appendable,
            Set<String> replaceable,
            Set<String> append,
            Set<String> replace) {
        var key = override.key();
        var operation = override.value() instanceof Node.Text(var text, var _) ? text : "";
        var where = entry.where().in("overrides");
        switch (operation) {
            case "append" -> {
                if (appendable.contains(key)) {
                    append.add(key);
                } else if (replaceable.contains(key)) {
                    notPossible(entry, override, "'" + key + "' cannot be appended to", "write 'replace'");
                } else {
                    notPossible(entry, override, "'" + key + "' cannot be overridden", "remove the entry");
                }
            }
            case "replace" -> {
                if (replaceable.contains(key)) {
                    replace.add(key);
                } else {
                    notPossible(entry, override, "'" + key + "' cannot be replaced", "remove the entry");
                }
            }
            default ->
                entry.wrong(
                        Code.RULES_NOT_A_CHOICE,
                        override.value().span(),
                        "'" + Entry.shown(operation) + "' is nothing that can be done to '" + key + "'",
                        "write " + choices(appendable.contains(key), replaceable.contains(key)),
                        where.in("value for", key));
        }
    }

    private static void notPossible(Entry entry, Node.Entry override, String message, String fix) {
        entry.wrong(
                Code.OVERRIDE_NOT_POSSIBLE,
                override.keySpan(),
                message,
                fix,
                entry.where().in("overrides").in("overrides", override.key()));
    }

    private static String choices(boolean append, boolean replace) {
        if (append) {
            return "'append' or 'replace'";
        }
        return replace ? "'replace'" : "the name of a key that can be changed";
    }
}
