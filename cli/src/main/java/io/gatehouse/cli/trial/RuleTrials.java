// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.replay.Recording;
import io.gatehouse.cli.replay.Replay;
import io.gatehouse.cli.rules.RuleFiles;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The cases of a test file: rules, recorded events, and how often each rule must fire.
final class RuleTrials {
    private RuleTrials() {}

    static List<Trial> of(Path file) throws IOException {
        var suite = file.toString();
        var reading = TestFile.read(new SourceText(suite, Files.readString(file)));
        if (reading.test().isEmpty()) {
            return List.of(broken(suite, DiagnosticPrinter.print(reading.problems())));
        }
        var test = reading.test().get();
        var folder = file.toAbsolutePath().getParent();
        var said = new StringWriter();
        RuleSet rules;
        try {
            var paths = test.rules().stream().map(folder::resolve).toList();
            rules = RuleFiles.compile(paths, options(test.matching()), new PrintWriter(said));
        } catch (Refusal refusal) {
            return List.of(broken(suite, said + refusal.getMessage()));
        }
        return test.cases().stream()
                .map(each -> new Trial(suite, each.name(), () -> judge(each, rules, folder)))
                .toList();
    }

    private static RulesOptions options(TestFile.Matching matching) {
        return RulesOptions.DEFAULT.withMatching(
                switch (matching) {
                    case FIRST -> RuleMatching.FIRST;
                    case ALL -> RuleMatching.ALL;
                });
    }

    private static Trial broken(String suite, String problem) {
        return new Trial(suite, "test file", () -> new Outcome.Broken(problem));
    }

    private static Outcome judge(TestFile.Case each, RuleSet rules, Path folder) {
        var style = AlertStyle.standard(ZoneOffset.UTC, "");
        var events = folder.resolve(each.events());
        try {
            var result = new Replay(rules, style, Replay.Extent.ALL, (_, _) -> {}).run(Recording.of(events));
            if (result.fault().isPresent()) {
                return new Outcome.Broken(events + ": " + result.fault().get());
            }
            var errors = result.problems().stream()
                    .filter(problem -> problem.severity() == Severity.ERROR)
                    .toList();
            if (!errors.isEmpty()) {
                return new Outcome.Broken(DiagnosticPrinter.print(errors));
            }
            return compared(each.alerts(), result.alerts());
        } catch (NoSuchFileException _) {
            return new Outcome.Broken("there is no recording " + events);
        } catch (IOException e) {
            return new Outcome.Broken("the recording " + events + " cannot be read: " + e);
        }
    }

    private static Outcome compared(Map<String, Integer> expected, Map<String, Long> found) {
        var differences = new TreeMap<String, String>();
        expected.forEach((rule, count) -> {
            long was = found.getOrDefault(rule, 0L);
            if (was != count) {
                differences.put(rule, "expected " + count + ", fired " + was);
            }
        });
        found.forEach((rule, count) -> {
            if (!expected.containsKey(rule)) {
                differences.put(rule, "not expected, fired " + count);
            }
        });
        if (differences.isEmpty()) {
            return new Outcome.Passed();
        }
        var lines = new StringBuilder();
        differences.forEach(
                (rule, what) -> lines.append(rule).append(": ").append(what).append('\n'));
        return new Outcome.Failed(lines.toString());
    }
}
