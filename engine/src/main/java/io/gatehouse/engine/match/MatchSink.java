// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.rule.Rule;

/// Told of every match, on the matcher's thread, while the event still holds its values.
@FunctionalInterface
public interface MatchSink<E> {
    void matched(Rule rule, E event);
}
