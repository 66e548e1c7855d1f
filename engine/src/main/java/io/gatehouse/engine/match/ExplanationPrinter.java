// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.List;
import java.util.stream.Collectors;

/// An explanation as lines, one for each part, those within it further in.
///
/// ```
/// no   all of
/// yes    evt.type in (open, openat): evt.type is openat
/// no     any of
/// no       fd.name = /etc/shadow: fd.name is /tmp/x
/// no       fd.directory = /etc/pam.d: fd.directory is missing
/// ```
public final class ExplanationPrinter {
    private static final String STEP = "  ";

    private final StringBuilder out = new StringBuilder();

    private ExplanationPrinter() {}

    /// Lines, each ended.
    public static String print(Explanation explanation) {
        var printer = new ExplanationPrinter();
        printer.append(explanation, "");
        return printer.out.toString();
    }

    private void append(Explanation explanation, String indent) {
        out.append(explanation.holds() ? "yes  " : "no   ").append(indent);
        switch (explanation) {
            case Explanation.All(var _, var parts) -> append("all of", parts, indent);
            case Explanation.Any(var _, var parts) -> append("any of", parts, indent);
            case Explanation.Not(var _, var part) -> append("not", List.of(part), indent);
            case Explanation.Checked checked -> {
                var values = checked.values().stream()
                        .map(value -> value.field() + " is " + value.text().orElse("missing"))
                        .collect(Collectors.joining(", "));
                out.append(CheckText.of(checked.check()));
                out.append(values.isEmpty() ? "" : ": " + values).append('\n');
            }
        }
    }

    private void append(String word, List<Explanation> parts, String indent) {
        out.append(word).append('\n');
        parts.forEach(part -> append(part, indent + STEP));
    }
}
