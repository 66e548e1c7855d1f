// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/// What an included file does to the keys before it. Only keys of the top are looked at, as Falco does.
enum Merging {
    /// Lists become longer, everything else is replaced.
    APPEND,
    /// What the included file says replaces what stood there.
    OVERRIDE,
    /// Only keys that are not there yet are taken.
    ADD_ONLY;

    Mapping into(Mapping main, Mapping included) {
        var merged = new LinkedHashMap<String, Node.Entry>();
        main.entries().forEach(entry -> merged.put(entry.key(), entry));
        for (var entry : included.entries()) {
            merged.merge(entry.key(), entry, this::merge);
        }
        return new Mapping(new ArrayList<>(merged.values()), main.span());
    }

    private Node.Entry merge(Node.Entry before, Node.Entry added) {
        return switch (this) {
            case APPEND ->
                before.value() instanceof Node.Sequence first && added.value() instanceof Node.Sequence second
                        ? new Node.Entry(before.key(), before.keySpan(), joined(first, second))
                        : added;
            case OVERRIDE -> added;
            case ADD_ONLY -> before;
        };
    }

    private static Node.Sequence joined(Node.Sequence first, Node.Sequence second) {
        var items = new ArrayList<>(first.items());
        items.addAll(second.items());
        return new Node.Sequence(items, first.span());
    }
}
