// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.rule.RuleMatching;

/// Finds the rules that an event satisfies. It has scratch memory and belongs to one thread; each thread
/// takes its own from [MatchPlan#matcher]. An event that matches nothing costs no allocation.
public final class Matcher<E> {
    private final KindPlan<E>[] plans;
    private final RuleMatching matching;
    private final Scratch scratch;

    Matcher(KindPlan<E>[] plans, RuleMatching matching, Scratch scratch) {
        this.plans = plans;
        this.matching = matching;
        this.scratch = scratch;
    }

    /// Reports rules in order of their position. The sink must not use this matcher.
    ///
    /// @param kind the code of a syscall event; 0 for other sources
    /// @return how many matches the sink was told of
    public int match(E event, int kind, MatchSink<E> sink) {
        var plan = plans[kind];
        if (plan == null) {
            return 0;
        }
        scratch.nextEvent();
        return plan.match(event, scratch, matching, sink);
    }
}
