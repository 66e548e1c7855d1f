// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.schemas.field.Field.Source;
import java.util.BitSet;
import java.util.List;

/// Asks of one event whether any of a group could match a rule: of all events that have with this one in
/// common what is known of them. A no is certain, a yes is not.
///
/// So a no for one event holds for the group, and whoever keeps back the group loses no alert. To find it,
/// each condition is weakened to one that asks the known alone ([Loosening]); these are compiled and asked
/// as rules are.
///
/// May be made by any thread; then belongs to the one that asks.
public final class Sieve<E> {
    private final BitSet kinds;
    private final Matcher<E> matcher;
    private final MatchSink<E> nobody = (_, _) -> {};

    private Sieve(BitSet kinds, Matcher<E> matcher) {
        this.kinds = kinds;
        this.matcher = matcher;
    }

    /// @param kinds of events that will be asked about; of others the answer is always yes
    /// @param knowledge what all events of a group have in common, by kind and field
    public static <E> Sieve<E> of(
            List<Rule> rules, Source source, Readers<E> readers, BitSet kinds, Knowledge.Of knowledge) {
        var asked = (BitSet) kinds.clone();
        var plan = MatchPlan.compile(rules, source, readers, Passes.loosened(knowledge, asked));
        return new Sieve<>(asked, plan.matcher(RuleMatching.FIRST));
    }

    /// Allocates nothing where the fields do not.
    public boolean canMatch(E event, int kind) {
        return !kinds.get(kind) || matcher.match(event, kind, nobody) > 0;
    }
}
