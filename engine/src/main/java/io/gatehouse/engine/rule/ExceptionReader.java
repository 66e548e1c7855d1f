// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the exceptions of a rule's entry.
final class ExceptionReader {
    private static final Set<String> KEYS = Set.of("name", "fields", "comps", "values");

    private ExceptionReader() {}

    /// @param append whether they are added to a rule; then fields may be left out, and values should not
    static List<ExceptionDraft> read(Entry rule, boolean append) {
        var value = rule.value("exceptions");
        if (value.isEmpty() || value.get() instanceof Node.Null) {
            return List.of();
        }
        var drafts = new ArrayList<ExceptionDraft>();
        var names = new HashSet<String>();
        for (var entry : rule.mappings(
                value.get(), "'exceptions'", "exception", rule.where().in("exceptions"))) {
            exception(rule, entry, append).ifPresent(draft -> {
                if (!names.add(draft.name)) {
                    entry.warn(
                            Code.EXCEPTION_TWICE,
                            draft.span,
                            "exception '" + Entry.shown(draft.name) + "' stands twice in this rule",
                            draft.where);
                }
                drafts.add(draft);
            });
            if (entry.broken()) {
                rule.breaks();
            }
        }
        return drafts;
    }

    private static Optional<ExceptionDraft> exception(Entry rule, Entry entry, boolean append) {
        var name = entry.required("name").map(Node.Text::value);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var where = rule.where().in("exception", name.get());
        entry.named(where);
        var fields = part(entry, "fields");
        if (!append && !entry.has("fields")) {
            entry.required("fields");
        }
        var comps = part(entry, "comps");
        var values = values(entry);
        if (append && !entry.has("values")) {
            entry.warn(
                    Code.EXCEPTION_WITHOUT_VALUES,
                    entry.span(),
                    "no values are added to exception '" + Entry.shown(name.get()) + "'",
                    where);
        }
        warnOfUnknownKeys(entry);
        return Optional.of(new ExceptionDraft(name.get(), entry.span(), where, fields, comps, values));
    }

    private static Optional<ExceptionValue> part(Entry entry, String key) {
        return entry.value(key)
                .flatMap(node ->
                        value(entry, node, "'" + key + "'", entry.where().in("value for", key)))
                .filter(value -> !(value instanceof ExceptionValue.Many(var items, var _) && items.isEmpty()));
    }

    private static List<ExceptionValue> values(Entry entry) {
        var node = entry.value("values");
        if (node.isEmpty()) {
            return List.of();
        }
        var where = entry.where().in("exception values");
        if (!(node.get() instanceof Node.Sequence(var items, var _))) {
            entry.wrongType("'values'", "a list", node.get(), entry.keySpan("values"), where);
            return List.of();
        }
        var values = new ArrayList<ExceptionValue>();
        for (var item : items) {
            value(entry, item, "a value", where.in("exception value")).ifPresent(values::add);
        }
        return values;
    }

    private static Optional<ExceptionValue> value(Entry entry, Node node, String what, Where where) {
        switch (node) {
            case Node.Text text -> {
                if (text.value().isEmpty()) {
                    entry.wrong(Code.RULES_WRONG_TYPE, text.span(), what + " must not be an empty text", where);
                    return Optional.empty();
                }
                return Optional.of(new ExceptionValue.One(entry.script(text), text.span()));
            }
            case Node.Sequence(var items, var span) -> {
                var values = new ArrayList<ExceptionValue>();
                for (var item : items) {
                    value(entry, item, "an item of " + what, where.in("exception"))
                            .ifPresent(values::add);
                }
                return Optional.of(new ExceptionValue.Many(values, span));
            }
            default -> {
                entry.wrongType(what, "a text or a list of texts", node, node.span(), where);
                return Optional.empty();
            }
        }
    }

    /// Falco says nothing of them, so neither does the table of codes.
    private static void warnOfUnknownKeys(Entry entry) {
        for (var given : entry.entries()) {
            if (!KEYS.contains(given.key())) {
                entry.warn(
                        Code.EXCEPTION_KEY,
                        given.keySpan(),
                        "unknown key '" + Entry.shown(given.key()) + "' in an exception",
                        entry.where());
            }
        }
    }
}
