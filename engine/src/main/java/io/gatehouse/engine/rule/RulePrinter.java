// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.AlertPrinter;
import io.gatehouse.engine.format.AlertPrinter.Heading;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.ExtraFields;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.format.OutputFormat;

/// How the alerts of a rule are written, with what the configuration adds to its output.
public final class RulePrinter {
    private RulePrinter() {}

    /// @param rule of the set
    /// @param additions known to be in order
    public static <E> AlertPrinter<E> of(
            Rule rule, RuleSet set, OutputAdditions additions, Readers<E> readers, AlertStyle style) {
        var extra = additions.fields(rule.name(), rule.source(), rule.tags());
        return new AlertPrinter<>(
                new Heading(rule.name(), rule.priority().label(), rule.source(), rule.tags()),
                format(rule, set, additions),
                ExtraFields.parse(extra, rule.span(), rule.source()),
                readers,
                style);
    }

    private static OutputFormat format(Rule rule, RuleSet set, OutputAdditions additions) {
        var output = additions.output(rule.output(), rule.name(), rule.source(), rule.tags());
        return output.equals(rule.output())
                ? set.details().get(rule.name()).format()
                : OutputFormat.parse(Script.made(output, rule.span()), rule.source())
                        .format()
                        .orElseThrow();
    }
}
