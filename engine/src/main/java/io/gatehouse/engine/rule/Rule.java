// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.field.Field.Source;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// One rule, ready to be matched.
///
/// @param position its place among all rules, which decides when only the first match counts
/// @param kinds the codes of events that can satisfy the condition, for syscall events; without meaning for other
/// sources
/// @param output the format, as written
/// @param enabled a disabled rule is kept for listing and never matched
/// @param capture how long to record events after an alert, zero for as long as the recorder is set to; absent where
///     the rule asks for no recording
public record Rule(
        String name,
        int position,
        Source source,
        String description,
        Condition condition,
        BitSet kinds,
        String output,
        Priority priority,
        List<String> tags,
        boolean enabled,
        Span span,
        Optional<Duration> capture) {
    public Rule {
        tags = List.copyOf(tags);
    }

    /// A rule that asks for no recording.
    public Rule(
            String name,
            int position,
            Source source,
            String description,
            Condition condition,
            BitSet kinds,
            String output,
            Priority priority,
            List<String> tags,
            boolean enabled,
            Span span) {
        this(
                name,
                position,
                source,
                description,
                condition,
                kinds,
                output,
                priority,
                tags,
                enabled,
                span,
                Optional.empty());
    }
}
