// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The lists of rules files: where a condition has a list's name as a bare word, it means the list's items.
///
/// Items are values already: what they name is expanded, and each points at where it was written. Every
/// condition that names a list shares the one list of items.
public final class Lists {
    public static final Lists NONE = new Lists(Map.of());

    private final Map<String, List<Literal>> byName;

    public Lists(Map<String, List<Literal>> byName) {
        var copy = new HashMap<String, List<Literal>>();
        byName.forEach((name, items) -> copy.put(name, List.copyOf(items)));
        this.byName = copy;
    }

    Optional<List<Literal>> items(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// An item as rules files write it: a word, a text with blanks, or a text in quotes of its own (`"'a
    /// b'"`).
    ///
    /// @param text as the document has it
    /// @param wrong told of an escape that does not exist; the item is then taken as it stands
    public static Literal item(String text, Span span, Consumer<Diagnostic> wrong) {
        return Escapes.item(text, span, wrong);
    }
}
