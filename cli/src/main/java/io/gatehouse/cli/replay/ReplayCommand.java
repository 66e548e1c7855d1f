// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.rules.RuleFiles;
import io.gatehouse.cli.rules.RuleOptions;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.AlertStyle.TimeForm;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What rules would have said of what was recorded.
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Puts recorded events to rules and prints the alerts: captures (.scap, plain, gzip or zstd), Kubernetes",
            "audit logs, and JSON, one event a line. Exits 2 if a recording cannot be read to its end."
        })
public final class ReplayCommand implements Callable<Integer> {
    @Option(
            names = {"-r", "--read"},
            required = true,
            paramLabel = "FILE",
            description = "The recording; may be given several times.")
    private List<Path> files;

    @Option(
            names = "--rules",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Rules files and folders, loaded in this order.")
    private List<Path> rules;

    @Option(
            names = "--kind",
            paramLabel = "SOURCE",
            description = "What is recorded, if its first bytes do not tell: ${COMPLETION-CANDIDATES}.")
    private Source kind;

    @Option(names = "--json", description = "Alerts as JSON, one a line, with the keys Falco gives them.")
    private boolean json;

    @Option(names = "--iso-time", description = "Times as ISO 8601 instead of the local clock.")
    private boolean isoTime;

    @Option(names = "--utc", description = "The clock of UTC instead of the local one.")
    private boolean utc;

    @Option(names = "--hostname", defaultValue = "", paramLabel = "NAME", description = "What alerts say of the host.")
    private String hostname;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            defaultValue = "9223372036854775807",
            description = "Stops after so many events of a recording.")
    private long most;

    @Option(names = "--summary", description = "Prints how often each rule fired, last.")
    private boolean summary;

    @Option(
            names = "--fail-on",
            paramLabel = "PRIORITY",
            description = "Exits 1 if an alert matters as much as this or more: ${COMPLETION-CANDIDATES}.")
    private Priority failOn;

    @Option(
            names = "--explain",
            paramLabel = "RULE",
            description = "Says of each event that could satisfy this rule which part held and which did not.")
    private String explained;

    @Option(names = "--event", paramLabel = "NUMBER", description = "With --explain: of this event only.")
    private Long event;

    @Mixin
    private RuleOptions options;

    @Mixin
    private AdditionOptions additions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var set = RuleFiles.compile(rules, options.rules(), spec.commandLine().getErr());
        if (explained != null && set.rule(explained).isEmpty()) {
            throw Refusal.badInput("no rule is named '" + explained + "'; 'gatehouse rules list --all' names them");
        }
        boolean whole = true;
        var failed = new AtomicBoolean();
        for (var file : files) {
            whole &= replay(file, set, failed);
        }
        return (!whole ? Exit.BAD_INPUT : failed.get() ? Exit.VIOLATION : Exit.OK).code();
    }

    /// @return whether the recording could be read to its end
    private boolean replay(Path file, RuleSet set, AtomicBoolean failed) {
        var out = spec.commandLine().getOut();
        Replay.Listener listener = (rule, alert) -> {
            out.println(json ? alert.json() : alert.text());
            if (failOn != null && rule.priority().compareTo(failOn) <= 0) {
                failed.set(true);
            }
        };
        var replay = new Replay(
                set,
                style(),
                new Replay.Extent(most),
                listener,
                question(out),
                additions.additions(set, spec.commandLine().getErr()));
        try {
            var result = replay.run(kind == null ? Recording.of(file) : new Recording(file, kind));
            if (summary) {
                summary(result.events(), result.alerts(), out);
            }
            out.flush();
            return told(file, result);
        } catch (NoSuchFileException _) {
            throw Refusal.badInput("there is no recording " + file);
        } catch (IOException e) {
            throw Refusal.badInput("the recording " + file + " cannot be read: " + e);
        }
    }

    private Optional<Replay.Question> question(PrintWriter out) {
        var number = event == null ? OptionalLong.empty() : OptionalLong.of(event);
        return Optional.ofNullable(explained).map(rule -> new Replay.Question(rule, number, out::print));
    }

    private AlertStyle style() {
        var standard = AlertStyle.standard(utc ? ZoneId.of("UTC") : ZoneId.systemDefault(), hostname);
        return isoTime
                ? new AlertStyle(
                        standard.zone(),
                        TimeForm.ISO_8601,
                        standard.hostname(),
                        standard.buffers(),
                        standard.properties())
                : standard;
    }

    private static void summary(long events, Map<String, Long> alerts, PrintWriter out) {
        long raised = alerts.values().stream().mapToLong(n -> n).sum();
        out.println(counted(events, "event") + ", " + counted(raised, "alert"));
        alerts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(rule -> out.printf("%8d  %s%n", rule.getValue(), rule.getKey()));
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private boolean told(Path file, Replay.Result result) {
        var err = spec.commandLine().getErr();
        if (!result.problems().isEmpty()) {
            err.print(DiagnosticPrinter.print(result.problems()));
        }
        result.fault().ifPresent(fault -> err.println(file + ": " + fault));
        result.capture().ifPresent(capture -> Lost.tell(file, capture, err));
        err.flush();
        return result.fault().isEmpty()
                && result.problems().stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    }
}
