// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads entries that define or change a list or a macro.
final class DefinitionReader {
    private static final Pattern LIST_NAME = Pattern.compile("[^()\"'\\s=,]+");
    private static final Pattern MACRO_NAME = Pattern.compile("[a-zA-Z]+[a-zA-Z0-9_]*");

    private DefinitionReader() {}

    static void list(Entry entry, Definitions definitions) {
        var name = name(entry, "list");
        if (name.isEmpty()) {
            return;
        }
        if (!LIST_NAME.matcher(name.get()).matches()) {
            entry.warn(
                    Code.LIST_NAME,
                    entry.keySpan("list"),
                    "no condition can use a list named '" + Entry.shown(name.get()) + "'",
                    entry.where());
        }
        var items = entry.requiredTexts("items");
        boolean append = appends(entry, "items");
        entry.warnOfUnknownKeys(Set.of("list", "items", "append", "override"));
        if (entry.broken() || items.isEmpty()) {
            definitions.breakName(name.get());
            return;
        }
        var draft = new ListDraft(name.get(), entry.span(), entry.where(), items.get());
        if (append) {
            definitions.append(draft, entry);
        } else {
            definitions.define(draft);
        }
    }

    static void macro(Entry entry, Definitions definitions) {
        var name = name(entry, "macro");
        if (name.isEmpty()) {
            return;
        }
        if (!MACRO_NAME.matcher(name.get()).matches()) {
            entry.warn(
                    Code.MACRO_NAME,
                    entry.keySpan("macro"),
                    "no condition can use a macro named '" + Entry.shown(name.get()) + "'",
                    entry.where());
        }
        var condition = entry.required("condition");
        boolean append = appends(entry, "condition");
        entry.warnOfUnknownKeys(Set.of("macro", "condition", "append", "override"));
        if (entry.broken() || condition.isEmpty()) {
            definitions.breakName(name.get());
            return;
        }
        var draft = new MacroDraft(name.get(), entry.span(), entry.where(), entry.script(condition.get()));
        if (append) {
            definitions.append(draft, entry);
        } else {
            definitions.define(draft);
        }
    }

    /// The name under its kind; from then on the entry is known by it.
    static Optional<String> name(Entry entry, String kind) {
        entry.named(Where.CONTENT.in(kind));
        var name = entry.required(kind).map(Node.Text::value);
        name.ifPresent(known -> entry.named(Where.CONTENT.in(kind, known)));
        return name;
    }

    /// Whether the entry adds to what there is, in today's way or the older one.
    private static boolean appends(Entry entry, String key) {
        boolean older = flagged(entry);
        var overrides = Overrides.of(entry, Set.of(key), Set.of(key));
        if (older && !overrides.isEmpty()) {
            both(entry);
        }
        return older || overrides.append().contains(key);
    }

    static boolean flagged(Entry entry) {
        boolean append = entry.flag("append").orElse(false);
        if (append) {
            entry.warn(
                    Code.DEPRECATED,
                    entry.keySpan("append"),
                    "'append' is the older way to add to a definition",
                    "name what is added under 'override', as in 'override: {condition: append}'",
                    entry.where());
        }
        return append;
    }

    static void both(Entry entry) {
        entry.wrong(
                Code.OVERRIDE_AND_APPEND,
                entry.keySpan("append"),
                "'override' and 'append: true' stand together",
                entry.where());
    }
}
