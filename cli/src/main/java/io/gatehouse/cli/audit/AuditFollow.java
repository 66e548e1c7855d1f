// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.audit;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.format.AlertPrinter;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.json.AuditLog;
import io.gatehouse.engine.json.Batch;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RulePrinter;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/// Puts the lines of an audit log to rules while the API server writes it. Used once; belongs to one thread.
final class AuditFollow {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final boolean json;
    private final PrintWriter out;
    private final PrintWriter err;
    private final AlertStyle style = AlertStyle.standard(ZoneId.systemDefault(), "");
    private final RuleSet rules;
    private final JsonReaders readers = new JsonReaders(style.zone(), style.hostname());
    private final Matcher<JsonEvent> matcher;
    private final Map<Rule, AlertPrinter<JsonEvent>> printers = new HashMap<>();
    private long events;
    private long alerts;
    private long broken;

    AuditFollow(RuleSet rules, boolean json, PrintWriter out, PrintWriter err) {
        this.rules = rules;
        this.json = json;
        this.out = out;
        this.err = err;
        var plan = MatchPlan.compile(rules.rules(), Source.K8S_AUDIT, readers);
        if (plan.rules().isEmpty()) {
            throw Refusal.badInput("none of these rules is about audit events (source: k8s_audit)");
        }
        this.matcher = plan.matcher(rules.matching());
    }

    /// Returns after the given time, or when the thread is interrupted.
    void run(Path file, boolean fromStart, Duration time) throws IOException {
        var log = new AuditLog(file.toString(), AuditLog.OF_A_BATCH);
        long end = System.nanoTime() + time.toNanos();
        try (var tail = new LogTail(
                file, fromStart, AuditLog.OF_A_BATCH.bytes(), (line, bytes) -> take(log.line(line, bytes)))) {
            while (System.nanoTime() - end < 0) {
                if (tail.read()) {
                    out.flush();
                    err.flush();
                } else {
                    Thread.sleep(PAUSE);
                }
            }
            summary(tail);
        } catch (NoSuchFileException _) {
            throw Refusal.cannot(file + " is not there");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Batch batch) {
        broken += batch.diagnostics().size();
        batch.diagnostics().forEach(found -> err.print(DiagnosticPrinter.print(found)));
        for (var event : batch.events()) {
            events++;
            matcher.match(event, 0, this::tell);
        }
    }

    private void tell(Rule rule, JsonEvent event) {
        alerts++;
        var printer =
                printers.computeIfAbsent(rule, one -> RulePrinter.of(one, rules, OutputAdditions.NONE, readers, style));
        out.println(json ? printer.json(event) : printer.text(event));
    }

    private void summary(LogTail tail) {
        err.println("ended: " + events + " events, " + alerts + " alerts, " + broken + " lines broken, "
                + tail.tooLong() + " lines too long");
        err.flush();
    }
}
