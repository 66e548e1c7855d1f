// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.offline.OfflineCheck.Manifest;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Manifests in `pass/` and `fail/` beside a policy: nothing may be found in one of `pass/`; one of
/// `fail/` names in its first line the rule that must be found, as `# expects: admission.privilege`.
final class ManifestTrials {
    private static final Pattern EXPECTS = Pattern.compile("# expects: (\\S+)\\s*");
    private static final String GATE = "admission.";

    private ManifestTrials() {}

    /// Those beside the policies of one folder.
    static List<Trial> of(String suite, Path folder, Snapshot snapshot, LocalDate today) throws IOException {
        var trials = new ArrayList<Trial>();
        for (var file : manifests(folder.resolve("pass"))) {
            trials.add(new Trial(suite, "pass/" + file.getFileName(), () -> passes(file, snapshot, today)));
        }
        for (var file : manifests(folder.resolve("fail"))) {
            trials.add(new Trial(suite, "fail/" + file.getFileName(), () -> fails(file, snapshot, today)));
        }
        return trials;
    }

    private static List<Path> manifests(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        }
    }

    private static Outcome passes(Path file, Snapshot snapshot, LocalDate today) {
        return judged(file, snapshot, today, Optional.empty());
    }

    private static Outcome fails(Path file, Snapshot snapshot, LocalDate today) {
        try (var lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            var first = EXPECTS.matcher(Objects.requireNonNullElse(lines.readLine(), ""));
            if (!first.matches()) {
                return new Outcome.Broken(file + ": the first line must name the rule that is broken, as"
                        + " '# expects: admission.privilege'");
            }
            var rule = first.group(1);
            return rule.startsWith(GATE)
                    ? judged(file, snapshot, today, Optional.of(rule))
                    : new Outcome.Skipped("'" + rule + "' is kept by the kernel, not by the gate");
        } catch (IOException e) {
            return new Outcome.Broken(file + " cannot be read: " + e);
        }
    }

    private static Outcome judged(Path file, Snapshot snapshot, LocalDate today, Optional<String> expected) {
        OfflineCheck.Report report;
        try {
            var manifest = new Manifest(file.toString(), Files.readAllBytes(file));
            report = OfflineCheck.check(List.of(manifest), snapshot, "default", today);
        } catch (IOException e) {
            return new Outcome.Broken(file + " cannot be read: " + e);
        }
        if (!report.problems().isEmpty()) {
            return new Outcome.Broken(DiagnosticPrinter.print(report.problems()));
        }
        if (report.judged().isEmpty()) {
            return new Outcome.Broken(file + " holds no object that carries a pod");
        }
        var found = new TreeSet<String>();
        report.judged()
                .forEach(judged -> judged.decision()
                        .findings()
                        .forEach(finding -> found.add(finding.breach().rule())));
        boolean asExpected = expected.map(found::contains).orElse(found.isEmpty());
        return asExpected
                ? new Outcome.Passed()
                : new Outcome.Failed("expected: " + expected.orElse("nothing") + "\nfound:    "
                        + (found.isEmpty() ? "nothing" : String.join(", ", found)));
    }
}
