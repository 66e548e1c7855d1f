// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import java.util.List;

/// What is done with an event of one kind: steps that close most rules at once, then the rest of each rule
/// left open. Immutable; kinds that the same rules concern in the same way share one.
final class KindPlan<E> {
    private final Rule[] rules;
    private final long[] all;
    private final Step<E>[] steps;
    private final Test<E>[] rests;
    private final List<String> outline;

    /// @param rules in order of position; bit n of every mask stands for rule n
    /// @param rests for each rule, what no step decides
    /// @param outline for people
    KindPlan(Rule[] rules, Step<E>[] steps, Test<E>[] rests, List<String> outline) {
        this.outline = outline;
        this.rules = rules;
        this.steps = steps;
        this.rests = rests;
        this.all = new long[words(rules.length)];
        for (int i = 0; i < rules.length; i++) {
            all[i >> 6] |= 1L << i;
        }
    }

    static int words(int rules) {
        return (rules + Long.SIZE - 1) / Long.SIZE;
    }

    /// A line for each step and for each rest, in order.
    List<String> outline() {
        return outline;
    }

    int words() {
        return all.length;
    }

    /// @return how many matches the sink was told of
    int match(E event, Scratch scratch, RuleMatching matching, MatchSink<E> sink) {
        var open = scratch.open;
        System.arraycopy(all, 0, open, 0, all.length);
        for (var step : steps) {
            if (step.concerns(open) && !step.narrow(event, scratch, open)) {
                return 0;
            }
        }
        return report(event, scratch, matching, sink);
    }

    private int report(E event, Scratch scratch, RuleMatching matching, MatchSink<E> sink) {
        int matches = 0;
        for (int word = 0; word < all.length; word++) {
            for (long left = scratch.open[word]; left != 0; left &= left - 1) {
                int rule = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                if (rests[rule].holds(event, scratch)) {
                    sink.matched(rules[rule], event);
                    matches++;
                    if (matching == RuleMatching.FIRST) {
                        return matches;
                    }
                }
            }
        }
        return matches;
    }
}
