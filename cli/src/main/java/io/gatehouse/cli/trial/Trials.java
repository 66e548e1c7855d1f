// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/// Finds what there is to try.
public final class Trials {
    private static final int DEEPEST = 32;

    private Trials() {}

    /// Every folder below the paths that holds policies with `pass/` or `fail/` beside them, and every
    /// `*.test.yaml`, in the order of their paths.
    public static List<Trial> find(List<Path> paths, LocalDate today) throws IOException {
        var trials = new ArrayList<Trial>();
        for (var path : paths) {
            if (Files.isDirectory(path)) {
                try (var below = Files.walk(path, DEEPEST)) {
                    for (var each : below.filter(each -> !madeOrHidden(path.relativize(each)))
                            .sorted()
                            .toList()) {
                        trials.addAll(readable(each, () -> at(each, today)));
                    }
                }
            } else {
                trials.addAll(readable(path, () -> RuleTrials.of(path))); // whatever its name
            }
        }
        return trials;
    }

    /// Below the folder given: what a build copied there, and what its owner hides.
    private static boolean madeOrHidden(Path below) {
        for (var part : below) {
            var name = part.toString();
            if (name.equals("target") || name.startsWith(".") && name.length() > 1) {
                return true;
            }
        }
        return false;
    }

    @FunctionalInterface
    private interface Found {
        List<Trial> trials() throws IOException;
    }

    /// What cannot be read is a trial that says so, and the others are run.
    private static List<Trial> readable(Path path, Found found) {
        try {
            return found.trials();
        } catch (IOException e) {
            return List.of(broken(path.toString(), "cannot be read as UTF-8 text: " + e));
        }
    }

    private static List<Trial> at(Path path, LocalDate today) throws IOException {
        if (path.toString().endsWith(PolicySchema.TEST_SUFFIX)) {
            return RuleTrials.of(path);
        }
        boolean hasExamples = Files.isDirectory(path.resolve("pass")) || Files.isDirectory(path.resolve("fail"));
        return hasExamples ? examples(path, today) : List.of();
    }

    private static List<Trial> examples(Path folder, LocalDate today) throws IOException {
        var sources = new ArrayList<SourceText>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(Trials::isPolicy).sorted().toList()) {
                sources.add(new SourceText(file.toString(), Files.readString(file)));
            }
        }
        var suite = folder.toString();
        if (sources.isEmpty()) {
            return List.of(broken(suite, "the folder has examples and no policy beside them"));
        }
        var compilation = PolicyCompiler.compile(sources);
        return compilation.snapshot().isEmpty()
                ? List.of(broken(suite, DiagnosticPrinter.print(compilation.diagnostics())))
                : ManifestTrials.of(suite, folder, compilation.snapshot().get(), today);
    }

    private static Trial broken(String suite, String problem) {
        return new Trial(suite, "policies", () -> new Outcome.Broken(problem));
    }

    private static boolean isPolicy(Path file) {
        var name = file.getFileName().toString();
        return Files.isRegularFile(file)
                && (name.endsWith(".yaml") || name.endsWith(".yml"))
                && !name.endsWith(PolicySchema.TEST_SUFFIX);
    }
}
