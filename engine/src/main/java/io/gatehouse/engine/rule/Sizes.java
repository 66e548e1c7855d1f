// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Expression;
import io.gatehouse.engine.condition.Expression.Term;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// How large conditions are with their macros and lists, every use counted: a bound on the work of all who walk them.
final class Sizes {
    private static final long MOST_OF_ONE = 500_000;
    private static final long MOST_OF_ALL = 20_000_000;

    private final Map<Expression, Long> known = new IdentityHashMap<>();
    private long total;

    /// Whether the condition of one more rule is small enough, alone and with those before it.
    boolean allow(Expression expression) {
        long size = of(expression);
        total += size;
        return size <= MOST_OF_ONE && total <= MOST_OF_ALL;
    }

    private long of(Expression expression) {
        var counted = known.get(expression);
        if (counted != null) {
            return counted;
        }
        long size = switch (expression) {
            case Expression.And(var terms, var _) -> sum(terms);
            case Expression.Or(var terms, var _) -> sum(terms);
            case Expression.Not(var term, var _) -> 1 + of(term);
            case Expression.Name _ -> 1;
            case Expression.Check(var _, var _, var _, var right, var _) ->
                right instanceof Term.Items(var items, var _) ? 1 + items.size() : 1;
        };
        known.put(expression, size);
        return size;
    }

    private long sum(List<Expression> terms) {
        long sum = 1;
        for (var term : terms) {
            sum = Math.min(Long.MAX_VALUE / 2, sum + of(term));
        }
        return sum;
    }
}
