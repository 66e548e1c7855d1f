// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelRules.Masks;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// How many containers ask each rule: counted as rules come and go, since there may be thousands.
final class Demand {
    private final int[] asking = new int[RuntimeRule.values().length];
    private int stopping;
    private Set<RuntimeRule> told = Set.of();

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

    /// Whether some container has rules that stop anything.
    boolean stops() {
        return stopping > 0;
    }

    /// Hands over the rules that are asked, if they are others than the last time.
    void ifChanged(Consumer<Set<RuntimeRule>> listener) {
        var asked = EnumSet.noneOf(RuntimeRule.class);
        for (var rule : RuntimeRule.values()) {
            if (asking[rule.ordinal()] > 0) {
                asked.add(rule);
            }
        }
        if (!asked.equals(told)) {
            listener.accept(asked);
            told = asked;
        }
    }
}
