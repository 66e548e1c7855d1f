// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Lists with the lists in them put in. A list that names itself, through others or not, has its name as a plain item
/// there.
final class ListExpansion {
    /// Items of one list, counting those of the lists in it, and of all lists together.
    private static final int MOST_ITEMS = 200_000;
    private static final int MOST_OF_ALL = 4_000_000;
    /// Lists in lists.
    private static final int MAX_DEPTH = 200;

    private final Map<String, ListDraft> drafts;
    private final Findings findings;
    private final Map<String, List<Literal>> done = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private final Set<String> used = new HashSet<>();
    private long total;

    ListExpansion(Map<String, ListDraft> drafts, Findings findings) {
        this.drafts = drafts;
        this.findings = findings;
    }

    Lists expand() {
        drafts.values().forEach(this::items);
        return new Lists(done);
    }

    /// Names of lists that stand in other lists.
    Set<String> used() {
        return used;
    }

    private List<Literal> items(ListDraft list) {
        var known = done.get(list.name);
        if (known != null) {
            return known;
        }
        open.add(list.name);
        var items = new ArrayList<Literal>();
        for (var item : list.items) {
            var inner = drafts.get(item.value());
            if (inner != null && !open.contains(inner.name) && open.size() < MAX_DEPTH) {
                used.add(inner.name);
                items.addAll(items(inner));
            } else {
                item(item, list, items);
            }
            if (items.size() > MOST_ITEMS || total + items.size() > MOST_OF_ALL) {
                tooLarge(list, item);
                items.clear();
                break;
            }
        }
        open.remove(list.name);
        total += items.size();
        done.put(list.name, items);
        return items;
    }

    private void item(Node.Text item, ListDraft list, List<Literal> items) {
        var text = item.value();
        boolean quoted = text.startsWith("\"") || text.startsWith("'");
        if (text.isEmpty()) {
            return; // between two commas stands nothing
        }
        if (quoted || text.indexOf(' ') >= 0 || text.indexOf(',') < 0) {
            items.add(literal(text, item, list));
            return;
        }
        findings.report(
                Code.ITEM_SPLIT,
                item.span(),
                "item '" + Entry.shown(text) + "' is split at its comma",
                "write '\"" + Entry.shown(text) + "\"', the quotes in quotes, to keep it whole",
                list.where);
        for (var part : text.split(",")) {
            if (!part.isEmpty()) {
                items.add(literal(part, item, list));
            }
        }
    }

    private Literal literal(String text, Node.Text item, ListDraft list) {
        return Lists.item(text, item.span(), wrong -> findings.report(wrong, list.where.in("list item")));
    }

    private void tooLarge(ListDraft list, Node.Text item) {
        findings.report(
                Code.EXPANSION_TOO_LARGE,
                item.span(),
                "with the lists in it, list '" + Entry.shown(list.name) + "' has more items than are taken",
                list.where);
    }
}
