// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelRules.Masks;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// How many containers ask each rule: counted as rules come and go, since there may be thousands.
final class Demand {
    private final int[] asking = new int[RuntimeRule.values().length];
    private int stopping;
    private int open;
    private Set<RuntimeRule> told = Set.of();
    private boolean toldOpen;

    void swap(List<Masks> old, List<Masks> next) {
        add(old, -1);
        add(next, 1);
    }

    private void add(List<Masks> masks, int by) {
        boolean stops = false;
        for (int rule = 0; rule < masks.size(); rule++) {
            var mask = masks.get(rule);
            if (mask.all() != 0) {
                asking[rule] += by;
            }
            stops |= (mask.deny() | mask.kill()) != 0;
        }
        if (stops) {
            stopping += by;
        }
    }

    /// A container's files may, or might, be open since before its rules.
    void open(boolean now, boolean before) {
        open += (now ? 1 : 0) - (before ? 1 : 0);
    }

    /// Whether some container has rules that stop anything.
    boolean stops() {
        return stopping > 0;
    }

    /// Is told which rules are asked, and whether any container's files may be open since before.
    interface Listener {
        void need(Set<RuntimeRule> rules, boolean openBefore);
    }

    /// Tells, if it is something else than the last time.
    void ifChanged(Listener listener) {
        var asked = EnumSet.noneOf(RuntimeRule.class);
        for (var rule : RuntimeRule.values()) {
            if (asking[rule.ordinal()] > 0) {
                asked.add(rule);
            }
        }
        if (!asked.equals(told) || toldOpen != open > 0) {
            listener.need(asked, open > 0);
            told = asked;
            toldOpen = open > 0;
        }
    }
}
