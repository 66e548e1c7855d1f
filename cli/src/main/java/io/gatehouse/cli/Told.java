// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.config.AgentSettings.Saying;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.PolicyListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;

/// Says on standard error what happens, as far as it is wanted; standard output is the alerts'.
///
/// Lines of several threads come whole.
final class Told implements PolicyListener {
    private final PrintWriter err;
    private final Saying saying;
    private final Consumer<Snapshot> inForce;

    /// Everything is said, and nobody else hears.
    Told(PrintWriter err) {
        this(err, Saying.EVERYTHING, _ -> {});
    }

    /// @param inForce hears what is in force
    Told(PrintWriter err, Saying saying, Consumer<Snapshot> inForce) {
        this.err = err;
        this.saying = saying;
        this.inForce = inForce;
    }

    @Override
    public void inForce(Snapshot snapshot) {
        inForce.accept(snapshot);
    }

    @Override
    public void refused(List<Diagnostic> diagnostics) {
        if (says(Saying.ERRORS)) {
            print(diagnostics);
            line("policies refused; what was in force stays in force");
        }
    }

    @Override
    public void warned(List<Diagnostic> diagnostics) {
        if (says(Saying.WARNINGS)) {
            print(diagnostics);
        }
    }

    /// Something happens as it should.
    void say(String text) {
        if (says(Saying.EVERYTHING)) {
            line(text);
        }
    }

    /// Something is not as it should be.
    void warn(String text) {
        if (says(Saying.WARNINGS)) {
            line(text);
        }
    }

    private boolean says(Saying what) {
        return saying.compareTo(what) >= 0;
    }

    void print(List<Diagnostic> diagnostics) {
        err.print(DiagnosticPrinter.print(diagnostics));
        err.flush();
    }

    private void line(String text) {
        err.println("gatehouse: " + text);
        err.flush();
    }
}
