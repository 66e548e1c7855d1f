// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;

/// A list as the entries so far make it.
final class ListDraft {
    final String name;
    final Span span;
    final Where where;
    final List<Node.Text> items;

    ListDraft(String name, Span span, Where where, List<Node.Text> items) {
        this.name = name;
        this.span = span;
        this.where = where;
        this.items = new ArrayList<>(items);
    }
}
