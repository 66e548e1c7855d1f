// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.offline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.gatehouse.admission.offline.OfflineCheck.Judged;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Exempted;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Span;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/// A report for people, with the line of each finding and a mark under it, and for programs.
public final class ReportPrinter {
    private ReportPrinter() {}

    public static String text(Report report) {
        var out = new StringBuilder();
        for (var problem : report.problems()) {
            out.append(DiagnosticPrinter.print(problem)).append('\n');
        }
        for (var judged : report.judged()) {
            for (var finding : judged.decision().findings()) {
                out.append(DiagnosticPrinter.print(diagnostic(finding))).append('\n');
            }
        }
        for (var judged : report.judged()) {
            for (var exempted : judged.decision().exempted()) {
                out.append(exempted(judged, exempted)).append('\n');
            }
        }
        for (var judged : report.judged()) {
            out.append(judged.file()).append(": ").append(judged.subject()).append(": ");
            out.append(verdict(judged.decision())).append('\n');
        }
        return out.append(summary(report)).append('\n').toString();
    }

    private static Diagnostic diagnostic(Finding finding) {
        var breach = finding.breach();
        return new Diagnostic(
                breach.rule(),
                finding.refuses() ? Severity.ERROR : Severity.WARNING,
                breach.span(),
                breach.fact(),
                breach.field() + " is " + breach.seen() + ", policy " + finding.policy() + " ("
                        + finding.mode().text() + ") wants " + breach.wanted(),
                breach.remedy()
                        + finding.enforcedFrom()
                                .map(day -> "; refused from " + day)
                                .orElse("") + " [" + finding.id() + "]");
    }

    private static String exempted(Judged judged, Exempted exempted) {
        var finding = exempted.finding();
        var by = exempted.by();
        return judged.file() + ": " + judged.subject() + ": exempt from " + finding.policy() + " "
                + finding.breach().rule() + " until " + by.expires() + " by " + by.name() + " of " + by.owner() + ": "
                + finding.breach().fact() + " [" + finding.id() + "]";
    }

    private static String verdict(Decision decision) {
        int count = decision.findings().size();
        return switch (decision) {
            case Decision.Allow _ -> "allowed";
            case Decision.Warn _ -> "allowed with " + counted(count, "warning");
            case Decision.Wait _ -> "not decided, " + counted(count, "finding");
            case Decision.Deny _ -> "denied, " + counted(count, "finding");
        };
    }

    private static String summary(Report report) {
        int findings = report.judged().stream()
                .mapToInt(j -> j.decision().findings().size())
                .sum();
        return counted(report.judged().size(), "object") + " judged, " + counted(findings, "finding") + ", "
                + counted(report.problems().size(), "problem") + "; " + counted(report.others(), "object")
                + " without a pod";
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    public static String json(Report report) {
        var out = new StringWriter();
        try (var json = new JsonFactory().createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeArrayFieldStart("objects");
            for (var judged : report.judged()) {
                object(json, judged);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("problems");
            for (var problem : report.problems()) {
                json.writeStartObject();
                json.writeStringField("code", problem.code());
                json.writeStringField("severity", problem.severity().name().toLowerCase(Locale.ROOT));
                place(json, problem.span());
                json.writeStringField("message", problem.message());
                json.writeStringField("fix", problem.fix());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("withoutPod", report.others());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing a report in memory", e);
        }
        return out.append('\n').toString();
    }

    private static void object(JsonGenerator json, Judged judged) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", judged.file());
        json.writeStringField("kind", judged.subject().kind());
        json.writeStringField("namespace", judged.subject().namespace().orElse(""));
        json.writeStringField("name", judged.subject().name());
        json.writeStringField(
                "verdict",
                switch (judged.decision()) {
                    case Decision.Allow _ -> "allow";
                    case Decision.Warn _ -> "warn";
                    case Decision.Wait _ -> "wait";
                    case Decision.Deny _ -> "deny";
                });
        json.writeArrayFieldStart("findings");
        for (var finding : judged.decision().findings()) {
            json.writeStartObject();
            ReviewWriter.fields(json, finding);
            place(json, finding.breach().span());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (!judged.decision().exempted().isEmpty()) {
            json.writeArrayFieldStart("exempted");
            for (var exempted : judged.decision().exempted()) {
                json.writeStartObject();
                ReviewWriter.exempted(json, exempted);
                place(json, exempted.finding().breach().span());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void place(JsonGenerator json, Span span) throws IOException {
        json.writeStringField("file", span.source().name());
        json.writeNumberField("line", span.line());
        json.writeNumberField("column", span.column());
    }
}
