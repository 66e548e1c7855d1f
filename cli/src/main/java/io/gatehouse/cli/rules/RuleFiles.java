// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.rules;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.Finding;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Rules named on a command line: files in the order given; of a folder its `.yaml` and `.yml`, sorted by name, but for
/// tests (`*.test.yaml`).
public final class RuleFiles {
    private RuleFiles() {}

    /// @throws Refusal a path cannot be read, or a folder holds no rules file
    public static List<SourceText> read(List<Path> paths) {
        var sources = new ArrayList<SourceText>();
        for (var path : paths) {
            try {
                for (var file : files(path)) {
                    sources.add(new SourceText(file.toString(), Files.readString(file)));
                }
            } catch (NoSuchFileException _) {
                throw Refusal.badInput("there is no rules file or folder " + path);
            } catch (MalformedInputException _) {
                throw Refusal.badInput("a rules file of " + path + " is not UTF-8");
            } catch (IOException e) {
                throw Refusal.badInput("rules of " + path + " cannot be read: " + e);
            }
        }
        return sources;
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (var inside = Files.list(path)) {
            var files = inside.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.ya?ml"))
                    .filter(file -> !file.toString().endsWith(PolicySchema.TEST_SUFFIX))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw Refusal.badInput("no .yaml or .yml file in " + path);
            }
            return files;
        }
    }

    /// Prints what is wrong and what looks wrong.
    ///
    /// @throws Refusal there are errors
    public static RuleSet compile(List<Path> paths, RulesOptions options, PrintWriter err) {
        var compilation = RulesCompiler.compile(read(paths), options);
        print(compilation.findings(), err);
        return compilation.rules().orElseThrow(() -> Refusal.badInput("the rules are not in order"));
    }

    static void print(List<Finding> findings, PrintWriter err) {
        if (!findings.isEmpty()) {
            err.print(DiagnosticPrinter.print(
                    findings.stream().map(Finding::diagnostic).toList()));
            err.flush();
        }
    }
}
