// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.schemas.field.Field.Source;
import java.io.PrintWriter;

/// How `gatehouse capture` prints an event: one of the usual formats, or the user's own.
final class LineFormat {
    static final String DEFAULT =
            "*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info";
    static final String CONTAINERS = "*%evt.num %evt.outputtime %evt.cpu %container.name (%container.id) %proc.name"
            + " (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info";
    static final String KUBERNETES = "*%evt.num %evt.outputtime %evt.cpu %k8s.pod.name (%container.id) %proc.name"
            + " (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info";

    /// What stands before an event.
    enum Time {
        /// Time of day.
        A,
        /// Date and time.
        H,
        /// Nanoseconds since the first event.
        R,
        /// Nanoseconds since the event printed before.
        D
    }

    private LineFormat() {}

    /// @param format `c` or `k` for the formats with containers or pods, or a format
    /// @throws Refusal it cannot be understood, after everything wrong with it was printed
    static OutputFormat of(String format, Time time, PrintWriter err) {
        var text = switch (format) {
            case "" -> DEFAULT;
            case "c" -> CONTAINERS;
            case "k" -> KUBERNETES;
            default -> format;
        };
        var source = new SourceText("the format", text.replace("%evt.outputtime", field(time)));
        var parsed = OutputFormat.parse(Script.of(source), Source.SYSCALL);
        boolean own = text.equals(format);
        if (own && !parsed.diagnostics().isEmpty()) {
            err.print(DiagnosticPrinter.print(parsed.diagnostics()));
            err.flush();
        }
        return parsed.format().orElseThrow(() -> Refusal.badInput("the format is not in order"));
    }

    private static String field(Time time) {
        return switch (time) {
            case A -> "%evt.outputtime";
            case H -> "%evt.datetime";
            case R -> "%evt.reltime";
            case D -> "%evt.deltatime";
        };
    }
}
