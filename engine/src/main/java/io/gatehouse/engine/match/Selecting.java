// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.rule.Rule;
import java.util.Comparator;

/// Which rules take part, and what they say, each thing once.
final class Selecting {
    private Selecting() {}

    static String select(Draft<?> draft) {
        draft.rules = draft.given.stream()
                .filter(rule -> rule.enabled() && rule.source() == draft.source)
                .sorted(Comparator.comparingInt(Rule::position))
                .toList();
        return "%d of %d rules".formatted(draft.rules.size(), draft.given.size());
    }

    static String share(Draft<?> draft) {
        draft.conditions = draft.rules.stream()
                .map(rule -> draft.pool.of(rule.condition()))
                .toList();
        return "%d terms".formatted(draft.pool.size());
    }
}
