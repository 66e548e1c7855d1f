// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import java.util.ArrayList;
import java.util.List;

/// The way from a rules file to a part of it.
record Where(List<Item> items) {
    static final String OUTPUT = "rule output";
    static final Where CONTENT = new Where(List.of(new Item("rules content", "")));

    Where {
        items = List.copyOf(items);
    }

    boolean isOutput() {
        return items.getLast().kind().equals(OUTPUT);
    }

    Where in(String kind, String name) {
        var longer = new ArrayList<>(items);
        longer.add(new Item(kind, name));
        return new Where(longer);
    }

    Where in(String kind) {
        return in(kind, "");
    }
}
